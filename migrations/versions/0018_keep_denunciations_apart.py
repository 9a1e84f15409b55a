"""keep denunciations apart

Denunciations with their steps, sealed identities and the people named in them, who takes them,
and a journal of their own that the database itself keeps. Taking it back loses all of them.
"""

import sqlalchemy as sa
from alembic import op

revision = '0018'
down_revision = '0017'
branch_labels = None
depends_on = None

STAGES = ('received', 'accepted', 'verifying', 'concluded', 'acted_on', 'not_accepted',
          'handed_on', 'taken_back')
WAYS = ('letter', 'in_person', 'dialogue', 'forwarded')
PARTS = ('handler', 'leader', 'deputy')
KEPT = ('denunciation_steps', 'secluded_entries')
SAID = 'what was written of a denunciation is never changed or deleted'


def upgrade() -> None:
    with op.batch_alter_table('users') as users:
        users.add_column(
            sa.Column('is_let_in', sa.Boolean(), server_default=sa.false(), nullable=False))
    with op.batch_alter_table('users') as users:
        users.alter_column('is_let_in', existing_type=sa.Boolean(), server_default=None)
    op.create_table(
        'denunciations',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('code', sa.String(40), nullable=False),
        sa.Column('place_id', sa.Integer(), nullable=False),
        sa.Column('received_on', sa.Date(), nullable=False),
        sa.Column('way', _word('way', WAYS), nullable=False),
        sa.Column('accused', sa.String(200), nullable=False),
        sa.Column('content', sa.String(), nullable=False),
        sa.Column('is_anonymous', sa.Boolean(), nullable=False),
        sa.Column('stage', _word('stage', STAGES), nullable=False),
        sa.Column('accepted_on', sa.Date()),
        sa.Column('ended_on', sa.Date()),
        sa.Column('files_key', sa.String(40), nullable=False),
        sa.Column('source', sa.String(), nullable=False),
        sa.Column('logged_by_id', sa.Integer()),
        sa.Column('logged_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.CheckConstraint(
            'accepted_on >= received_on', name=op.f('ck_denunciations_accepted_after_received')),
        _to('denunciations', 'place_id', 'places'),
        _to('denunciations', 'logged_by_id', 'users'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_denunciations')),
        sa.UniqueConstraint('code', name=op.f('uq_denunciations_code')),
        sa.UniqueConstraint('files_key', name=op.f('uq_denunciations_files_key')),
    )
    op.create_index(op.f('ix_denunciations_place_id'), 'denunciations', ['place_id'])
    op.create_table(
        'denouncer_identities',
        sa.Column('denunciation_id', sa.Integer(), nullable=False),
        sa.Column('sealed_name', sa.String(), nullable=False),
        sa.Column('sealed_phone', sa.String(), nullable=False),
        sa.Column('sealed_address', sa.String(), nullable=False),
        sa.Column('sealed_other', sa.String(), nullable=False),
        _to('denouncer_identities', 'denunciation_id', 'denunciations'),
        sa.PrimaryKeyConstraint('denunciation_id', name=op.f('pk_denouncer_identities')),
    )
    op.create_table(
        'denunciation_steps',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('denunciation_id', sa.Integer(), nullable=False),
        sa.Column('move', sa.String(40), nullable=False),
        sa.Column('stage', _word('stage', STAGES), nullable=False),
        sa.Column('happened_on', sa.Date(), nullable=False),
        sa.Column('until_on', sa.Date()),
        sa.Column('note', sa.String(), nullable=False),
        sa.Column('document_number', sa.String(200), nullable=False),
        sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('actor_id', sa.Integer()),
        _to('denunciation_steps', 'denunciation_id', 'denunciations'),
        _to('denunciation_steps', 'actor_id', 'users'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_denunciation_steps')),
    )
    op.create_index(
        op.f('ix_denunciation_steps_denunciation_id'), 'denunciation_steps', ['denunciation_id'])
    op.create_table(
        'denunciation_grants',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('denunciation_id', sa.Integer(), nullable=False),
        sa.Column('user_id', sa.Integer(), nullable=False),
        sa.Column('part', _word('part', PARTS), nullable=False),
        sa.Column('granted_by_id', sa.Integer()),
        sa.Column('granted_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('ended_at', sa.DateTime(timezone=True)),
        _to('denunciation_grants', 'denunciation_id', 'denunciations'),
        _to('denunciation_grants', 'user_id', 'users'),
        _to('denunciation_grants', 'granted_by_id', 'users'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_denunciation_grants')),
    )
    op.create_index(
        op.f('ix_denunciation_grants_denunciation_id'), 'denunciation_grants', ['denunciation_id'])
    op.create_index('ix_denunciation_grants_user', 'denunciation_grants', ['user_id', 'ended_at'])
    op.create_table(
        'denunciation_takers',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('place_id', sa.Integer(), nullable=False),
        sa.Column('user_id', sa.Integer(), nullable=False),
        sa.Column('proposed_by_id', sa.Integer()),
        sa.Column('proposed_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('confirmed_by_id', sa.Integer()),
        sa.Column('confirmed_at', sa.DateTime(timezone=True)),
        sa.Column('ended_at', sa.DateTime(timezone=True)),
        sa.CheckConstraint(
            'confirmed_by_id <> proposed_by_id', name=op.f('ck_denunciation_takers_two_people')),
        _to('denunciation_takers', 'place_id', 'places'),
        _to('denunciation_takers', 'user_id', 'users'),
        _to('denunciation_takers', 'proposed_by_id', 'users'),
        _to('denunciation_takers', 'confirmed_by_id', 'users'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_denunciation_takers')),
    )
    for column in ('place_id', 'user_id'):
        op.create_index(
            op.f(f'ix_denunciation_takers_{column}'), 'denunciation_takers', [column])
    op.create_table(
        'secluded_heads',
        sa.Column('chain', sa.Integer(), autoincrement=False, nullable=False),
        sa.Column('number', sa.Integer(), nullable=False),
        sa.Column('digest', sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint('chain', name=op.f('pk_secluded_heads')),
    )
    op.create_table(
        'secluded_entries',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('chain', sa.Integer(), nullable=False),
        sa.Column('number', sa.Integer(), nullable=False),
        sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('actor_id', sa.Integer()),
        sa.Column('action', sa.String(40), nullable=False),
        sa.Column('subject', sa.String(200), nullable=False),
        sa.Column('detail', sa.String(), nullable=False),
        sa.Column('digest', sa.String(64), nullable=False),
        _to('secluded_entries', 'actor_id', 'users'),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_secluded_entries')),
        sa.UniqueConstraint('chain', 'number', name=op.f('uq_secluded_entries_chain_number')),
    )
    op.create_index(op.f('ix_secluded_entries_subject'), 'secluded_entries', ['subject'])
    _guard()


def downgrade() -> None:
    for table in (
        'secluded_entries', 'secluded_heads', 'denunciation_takers', 'denunciation_grants',
        'denunciation_steps', 'denouncer_identities', 'denunciations',
    ):
        op.drop_table(table)
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('DROP FUNCTION denunciations_are_kept()')
    with op.batch_alter_table('users') as users:
        users.drop_column('is_let_in')


def _word(name: str, values: tuple[str, ...]) -> sa.Enum:
    return sa.Enum(*values, name=name, native_enum=False, create_constraint=True, length=40)


def _to(table: str, column: str, other: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f'{other}.id'], name=op.f(f'fk_{table}_{column}_{other}'))


def _guard() -> None:
    connection = op.get_bind()
    if connection.dialect.name == 'sqlite':
        for table in KEPT:
            for act in ('update', 'delete'):
                connection.exec_driver_sql(
                    f"CREATE TRIGGER {table}_no_{act} BEFORE {act.upper()} ON {table}"
                    f" BEGIN SELECT RAISE(ABORT, '{SAID}'); END")
        return
    connection.exec_driver_sql(
        "CREATE FUNCTION denunciations_are_kept() RETURNS trigger LANGUAGE plpgsql AS"
        f" $$ BEGIN RAISE EXCEPTION '{SAID}'; END $$")
    for table in KEPT:
        connection.exec_driver_sql(
            f"CREATE TRIGGER {table}_stay BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
            " FOR EACH STATEMENT EXECUTE FUNCTION denunciations_are_kept()")
