"""a chained journal

Numbers the journal's entries by place and chains each to the one before it; from then on the
database refuses to change or delete an entry. Taking it back loses numbers and digests only.
"""

import hashlib
import json
from datetime import UTC

import sqlalchemy as sa
from alembic import op

revision = '0013'
down_revision = '0012'
branch_labels = None
depends_on = None

JOURNAL = sa.table(
    'journal',
    sa.column('id', sa.Integer()),
    sa.column('chain', sa.Integer()),
    sa.column('number', sa.Integer()),
    sa.column('recorded_at', sa.DateTime(timezone=True)),
    sa.column('actor_id', sa.Integer()),
    sa.column('action', sa.String()),
    sa.column('subject', sa.String()),
    sa.column('place_id', sa.Integer()),
    sa.column('detail', sa.String()),
    sa.column('digest', sa.String()),
)
HEADS = sa.table(
    'journal_heads',
    sa.column('chain', sa.Integer()),
    sa.column('number', sa.Integer()),
    sa.column('digest', sa.String()),
)


def upgrade() -> None:
    op.create_table(
        'journal_heads',
        sa.Column('chain', sa.Integer(), autoincrement=False, nullable=False),
        sa.Column('number', sa.Integer(), nullable=False),
        sa.Column('digest', sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint('chain', name=op.f('pk_journal_heads')),
    )
    with op.batch_alter_table('journal') as journal:
        journal.add_column(sa.Column('chain', sa.Integer()))
        journal.add_column(sa.Column('number', sa.Integer()))
        journal.add_column(sa.Column('digest', sa.String(length=64)))
    _chain_up(op.get_bind())
    with op.batch_alter_table('journal') as journal:
        journal.alter_column('chain', existing_type=sa.Integer(), nullable=False)
        journal.alter_column('number', existing_type=sa.Integer(), nullable=False)
        journal.alter_column('digest', existing_type=sa.String(length=64), nullable=False)
        journal.create_unique_constraint(op.f('uq_journal_chain_number'), ['chain', 'number'])
    for statement in _GUARDS[op.get_bind().dialect.name]:
        op.execute(statement)


def downgrade() -> None:
    for statement in _UNGUARDED[op.get_bind().dialect.name]:
        op.execute(statement)
    with op.batch_alter_table('journal') as journal:
        journal.drop_constraint(op.f('uq_journal_chain_number'), type_='unique')
        journal.drop_column('digest')
        journal.drop_column('number')
        journal.drop_column('chain')
    op.drop_table('journal_heads')


def _chain_up(connection: sa.Connection) -> None:
    last: dict[int, tuple[int, str]] = {}
    after = 0
    asked = sa.select(JOURNAL).order_by(JOURNAL.c.id).limit(1000)
    while rows := connection.execute(asked.where(JOURNAL.c.id > after)).all():
        for row in rows:
            chain = row.place_id or 0
            number, before = last.get(chain, (0, '0' * 64))
            digest = _digest(row, chain, number + 1, before)
            last[chain] = (number + 1, digest)
            connection.execute(
                JOURNAL.update()
                .where(JOURNAL.c.id == row.id)
                .values(chain=chain, number=number + 1, digest=digest)
            )
        after = rows[-1].id
    for chain, (number, digest) in last.items():
        connection.execute(HEADS.insert().values(chain=chain, number=number, digest=digest))


def _digest(row: sa.Row, chain: int, number: int, before: str) -> str:
    moment = row.recorded_at
    moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    shown = moment.isoformat(timespec='microseconds')
    content = [
        before, chain, number, shown, row.actor_id, row.action, row.subject, row.detail
    ]
    packed = json.dumps(content, ensure_ascii=False, separators=(',', ':'))
    return hashlib.sha256(packed.encode('utf-8', 'surrogatepass')).hexdigest()


_SAID = 'an entry of the journal is never changed or deleted'
_GUARDS = {
    'sqlite': [
        f"CREATE TRIGGER journal_is_kept_{act.lower()} BEFORE {act} ON journal"
        f" BEGIN SELECT RAISE(ABORT, '{_SAID}'); END"
        for act in ('UPDATE', 'DELETE')
    ],
    'postgresql': [
        "CREATE FUNCTION journal_is_kept() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{_SAID}'; END $$",
        "CREATE TRIGGER journal_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON journal"
        " FOR EACH STATEMENT EXECUTE FUNCTION journal_is_kept()",
    ],
}
_UNGUARDED = {
    'sqlite': ['DROP TRIGGER journal_is_kept_update', 'DROP TRIGGER journal_is_kept_delete'],
    'postgresql': ['DROP TRIGGER journal_is_kept ON journal', 'DROP FUNCTION journal_is_kept()'],
}
