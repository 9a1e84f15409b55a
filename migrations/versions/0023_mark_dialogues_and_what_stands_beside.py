"""mark dialogues and what stands beside

Dialogues, visits, published figures and what citizens ask change seldom enough to be kept as well.
Where several write at once, none waits for another's mark: each leaves its own, and all marks
together are the mark.
"""

from alembic import op

revision = '0023'
down_revision = '0022'
branch_labels = None
depends_on = None

TABLES = (
    'dialogue_steps',
    'dialogues',
    'grassroots_visits',
    'person_requests',
    'published_figures',
    'settled_limits',
)
SQLITE = (
    'CREATE TRIGGER {table}_mark_{act} AFTER {act} ON {table} BEGIN'
    ' DELETE FROM lasting_marks; INSERT INTO lasting_marks VALUES (1, random()); END'
)
FUNCTION = (
    'CREATE OR REPLACE FUNCTION draw_mark() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN'
    ' WITH free AS (SELECT id FROM lasting_marks FOR UPDATE SKIP LOCKED), gathered AS'
    ' (DELETE FROM lasting_marks WHERE id IN (SELECT id FROM free) RETURNING mark)'
    ' INSERT INTO lasting_marks SELECT (random() * 2e9)::integer,'
    ' coalesce(sum(mark), 0) + (random() * 1e9)::bigint + 1 FROM gathered;'
    ' RETURN NULL; END $$'
)
FORMER_FUNCTION = (
    'CREATE OR REPLACE FUNCTION draw_mark() RETURNS trigger LANGUAGE plpgsql AS'
    ' $$ BEGIN INSERT INTO lasting_marks VALUES (1, (random() * 4e18)::bigint)'
    ' ON CONFLICT (id) DO UPDATE SET mark = excluded.mark; RETURN NULL; END $$'
)
POSTGRESQL = (
    'CREATE TRIGGER {table}_mark AFTER INSERT OR UPDATE OR DELETE OR TRUNCATE ON {table}'
    ' FOR EACH STATEMENT EXECUTE FUNCTION draw_mark()'
)


def upgrade() -> None:
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
        op.execute(FORMER_FUNCTION)
        op.execute('DELETE FROM lasting_marks')
        op.execute('INSERT INTO lasting_marks VALUES (1, (random() * 4e18)::bigint)')
