"""mark what seldom changes

A trigger on each table that changes seldom draws a new mark with every change, so that every
process knows when to read it anew.
"""

import sqlalchemy as sa
from alembic import op

revision = '0017'
down_revision = '0016'
branch_labels = None
depends_on = None

TABLES = (
    'calendar_exceptions',
    'categories',
    'deadline_rules',
    'departments',
    'installation_settings',
    'place_reach',
    'places',
    'role_rules',
    'visit_rhythms',
)
SQLITE = (
    'CREATE TRIGGER {table}_mark_{act} AFTER {act} ON {table} BEGIN'
    ' DELETE FROM lasting_marks; INSERT INTO lasting_marks VALUES (1, random()); END'
)
FUNCTION = (
    'CREATE OR REPLACE FUNCTION draw_mark() RETURNS trigger LANGUAGE plpgsql AS'
    ' $$ BEGIN INSERT INTO lasting_marks VALUES (1, (random() * 4e18)::bigint)'
    ' ON CONFLICT (id) DO UPDATE SET mark = excluded.mark; RETURN NULL; END $$'
)
POSTGRESQL = (
    'CREATE TRIGGER {table}_mark AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}'
    ' FOR EACH STATEMENT EXECUTE FUNCTION draw_mark()'
)


def upgrade() -> None:
    op.create_table(
        'lasting_marks',
        sa.Column('id', sa.Integer(), autoincrement=False, nullable=False),
        sa.Column('mark', sa.BigInteger(), nullable=False),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_lasting_marks')),
    )
    if op.get_bind().dialect.name == 'sqlite':
        for table in TABLES:
            for act in ('insert', 'update', 'delete'):
                op.execute(SQLITE.format(table=table, act=act))
    else:
        op.execute(FUNCTION)
        for table in TABLES:
            op.execute(POSTGRESQL.format(table=table))


def downgrade() -> None:
    if op.get_bind().dialect.name == 'sqlite':
        for table in TABLES:
            for act in ('insert', 'update', 'delete'):
                op.execute(f'DROP TRIGGER {table}_mark_{act}')
    else:
        for table in TABLES:
            op.execute(f'DROP TRIGGER {table}_mark ON {table}')
        op.execute('DROP FUNCTION draw_mark()')
    op.drop_table('lasting_marks')
