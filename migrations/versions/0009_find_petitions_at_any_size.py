"""find petitions at any size

Keeps beside each petition the tokens that the list finds it by, in place of the text that was
searched from end to end; `tracker upgrade` fills them in. Taking it back writes that text anew.
"""

import unicodedata

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import TSVECTOR

revision = '0009'
down_revision = '0008'
branch_labels = None
depends_on = None

FULL_TEXT = (('received_key', 'petition_by_received'), ('due_key', 'petition_by_due'))
TOGETHER = 500


def upgrade() -> None:
    op.create_table(
        'petition_lookup',
        sa.Column('petition_id', sa.Integer(), nullable=False),
        sa.Column('received_key', sa.BigInteger(), nullable=False),
        sa.Column('due_key', sa.BigInteger(), nullable=False),
        sa.Column('tokens', sa.Text().with_variant(TSVECTOR(), 'postgresql'), nullable=False),
        sa.ForeignKeyConstraint(
            ['petition_id'], ['petitions.id'], name=op.f('fk_petition_lookup_petition_id_petitions')
        ),
        sa.PrimaryKeyConstraint('petition_id', name=op.f('pk_petition_lookup')),
    )
    if op.get_bind().dialect.name == 'sqlite':
        for key, name in FULL_TEXT:
            _create_full_text(key, name)
    else:
        for key in ('received_key', 'due_key'):
            op.create_index(f'ix_petition_lookup_{key}', 'petition_lookup', [key])
        op.create_index(
            'ix_petition_lookup_tokens',
            'petition_lookup',
            ['tokens'],
            postgresql_using='gin',
            postgresql_with={'fastupdate': 'off'},
        )
    op.drop_column('petitions', 'search_text')


def _create_full_text(key: str, name: str) -> None:
    add = f"INSERT INTO {name} (rowid, tokens) VALUES (new.{key}, new.tokens)"
    take = f"INSERT INTO {name} ({name}, rowid, tokens) VALUES ('delete', old.{key}, old.tokens)"
    for statement in (
        f"CREATE VIRTUAL TABLE {name} USING fts5(tokens, content='petition_lookup',"
        f" content_rowid='{key}', detail=none, tokenize=\"ascii tokenchars '_'\")",
        f"INSERT INTO {name} ({name}, rank) VALUES ('pgsz', 500)",
        f"CREATE TRIGGER {name}_added AFTER INSERT ON petition_lookup BEGIN {add}; END",
        f"CREATE TRIGGER {name}_taken AFTER DELETE ON petition_lookup BEGIN {take}; END",
        f"CREATE TRIGGER {name}_changed AFTER UPDATE ON petition_lookup BEGIN {take}; {add}; END",
    ):
        op.get_bind().exec_driver_sql(statement)


def downgrade() -> None:
    op.add_column(
        'petitions', sa.Column('search_text', sa.String(), nullable=False, server_default='')
    )
    _write_search_text()
    with op.batch_alter_table('petitions') as petitions:
        petitions.alter_column('search_text', existing_type=sa.String(), server_default=None)
    op.drop_table('petition_lookup')
    if op.get_bind().dialect.name == 'sqlite':
        for _key, name in FULL_TEXT:
            op.drop_table(name)


def _write_search_text() -> None:
    connection, after = op.get_bind(), 0
    read = sa.text(
        "SELECT id, code, content, citizen_name, citizen_phone FROM petitions"
        f" WHERE id > :after ORDER BY id LIMIT {TOGETHER}"
    )
    write = sa.text("UPDATE petitions SET search_text = :text WHERE id = :id")
    while rows := connection.execute(read, {'after': after}).all():
        after = rows[-1].id
        connection.execute(write, [{'id': row.id, 'text': _searched(*row[1:])} for row in rows])


def _searched(code: str, content: str, name: str, phone: str) -> str:
    digits = "".join(char for char in phone if char.isdecimal())
    return f"{_fold(f'{code} {content}')}\x1f{_fold(f'{name} {digits}')}"


def _fold(text: str) -> str:
    apart = unicodedata.normalize("NFD", text.casefold().replace("đ", "d"))
    return " ".join("".join(char for char in apart if not unicodedata.combining(char)).split())
