"""keep reports as they were sent

Adds reports as they were sent and their files, which triggers keep as they are. Taking it back
loses them.
"""

import sqlalchemy as sa
from alembic import op

revision = '0011'
down_revision = '0010'
branch_labels = None
depends_on = None

CUTS = ('category', 'place', 'department', 'dialogue', 'kind', 'level', 'channel', 'month')
TABLES = ('sent_reports', 'sent_files')


def upgrade() -> None:
    op.create_table(
        'sent_reports',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('code', sa.String(40), nullable=False),
        sa.Column('place_id', sa.Integer(), nullable=False),
        sa.Column(
            'cut',
            sa.Enum(*CUTS, name='cut', native_enum=False, create_constraint=True, length=40),
            nullable=False,
        ),
        sa.Column('period_key', sa.String(40), nullable=False),
        sa.Column('period_form', sa.String(40), nullable=False),
        sa.Column('starts_on', sa.Date(), nullable=False),
        sa.Column('ends_on', sa.Date(), nullable=False),
        sa.Column('typed_by', sa.Date(), nullable=True),
        sa.Column('petitions', sa.Integer(), nullable=False),
        sa.Column('sent_by_id', sa.Integer(), nullable=False),
        sa.Column('sent_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('content_key', sa.String(64), nullable=False),
        sa.Column('digest', sa.String(64), nullable=False),
        sa.Column('body', sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ['place_id'], ['places.id'], name=op.f('fk_sent_reports_place_id_places')),
        sa.ForeignKeyConstraint(
            ['sent_by_id'], ['users.id'], name=op.f('fk_sent_reports_sent_by_id_users')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_sent_reports')),
        sa.UniqueConstraint('code', name=op.f('uq_sent_reports_code')),
        sa.UniqueConstraint(
            'place_id', 'content_key', name=op.f('uq_sent_reports_place_id_content_key')),
    )
    op.create_index('ix_sent_reports_place_sent', 'sent_reports', ['place_id', 'sent_at'])
    op.create_table(
        'sent_files',
        sa.Column('report_id', sa.Integer(), nullable=False),
        sa.Column('name', sa.String(40), nullable=False),
        sa.Column('media_type', sa.String(200), nullable=False),
        sa.Column('size', sa.Integer(), nullable=False),
        sa.Column('body', sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ['report_id'], ['sent_reports.id'], name=op.f('fk_sent_files_report_id_sent_reports')),
        sa.PrimaryKeyConstraint('report_id', 'name', name=op.f('pk_sent_files')),
    )
    for table in TABLES:
        _guard(table)


def _guard(table: str) -> None:
    connection = op.get_bind()
    if connection.dialect.name == 'sqlite':
        for act in ('update', 'delete'):
            connection.exec_driver_sql(
                f"CREATE TRIGGER {table}_no_{act} BEFORE {act.upper()} ON {table}"
                " BEGIN SELECT RAISE(ABORT, 'a sent report stays as it is'); END")
        return
    connection.exec_driver_sql(
        "CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS"
        " $$ BEGIN RAISE EXCEPTION 'a sent report stays as it is'; END $$")
    connection.exec_driver_sql(
        f"CREATE TRIGGER {table}_stays BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}"
        " FOR EACH STATEMENT EXECUTE FUNCTION refuse_change()")


def downgrade() -> None:
    op.drop_table('sent_files')
    op.drop_table('sent_reports')
    if op.get_bind().dialect.name == 'postgresql':
        op.execute('DROP FUNCTION refuse_change()')
