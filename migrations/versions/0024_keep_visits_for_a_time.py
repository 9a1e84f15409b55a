"""keep visits for a time

Household visits and visits to villages are kept for a period of their own, and cleared of what they
tell of people by two people. Taking it back loses those periods and who cleared what; what was
cleared does not come back.
"""

import sqlalchemy as sa
from alembic import op

revision = '0024'
down_revision = '0023'
branch_labels = None
depends_on = None

BEFORE = ('complaint', 'petition')
VISITS = ('household', 'village')


def words(name: str, *members: str) -> sa.Enum:
    return sa.Enum(*members, name=name, native_enum=False, create_constraint=True, length=40)


def periods(*classes: str) -> None:
    """Make the few periods anew, for these classes: a check of SQLite cannot be changed."""
    columns = sa.text('SELECT "of", years, legal_basis, version FROM retention_periods')
    kept = [row._asdict() for row in op.get_bind().execute(columns) if row.of in classes]
    op.drop_table('retention_periods')
    table = op.create_table(
        'retention_periods',
        sa.Column('of', words('retention_class', *classes), nullable=False),
        sa.Column('years', sa.Integer()),
        sa.Column('legal_basis', sa.String(length=200), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.CheckConstraint('years >= 1', name=op.f('ck_retention_periods_a_year_at_least')),
        sa.PrimaryKeyConstraint('of', name=op.f('pk_retention_periods')),
    )
    op.bulk_insert(table, kept)


def upgrade() -> None:
    periods(*BEFORE, *VISITS)
    op.create_table(
        'clearings',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('of', words('clearing_class', *BEFORE, *VISITS), nullable=False),
        sa.Column('place_id', sa.Integer(), nullable=False),
        sa.Column('until', sa.Date(), nullable=False),
        sa.Column(
            'stage', words('clearing_stage', 'proposed', 'refused', 'done'), nullable=False),
        sa.Column('ground', sa.String(length=200), nullable=False),
        sa.Column('visits', sa.Integer(), nullable=False),
        sa.Column('proposed_by_id', sa.Integer(), nullable=False),
        sa.Column('proposed_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('decided_by_id', sa.Integer()),
        sa.Column('decided_at', sa.DateTime(timezone=True)),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.CheckConstraint(
            'decided_by_id <> proposed_by_id', name=op.f('ck_clearings_cleared_by_another')),
        sa.ForeignKeyConstraint(
            ['place_id'], ['places.id'], name=op.f('fk_clearings_place_id_places')),
        sa.ForeignKeyConstraint(
            ['proposed_by_id'], ['users.id'], name=op.f('fk_clearings_proposed_by_id_users')),
        sa.ForeignKeyConstraint(
            ['decided_by_id'], ['users.id'], name=op.f('fk_clearings_decided_by_id_users')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_clearings')),
    )
    op.create_index(op.f('ix_clearings_place_id'), 'clearings', ['place_id'])


def downgrade() -> None:
    op.execute("DELETE FROM evidence WHERE kind = 'clearings'")
    op.execute("DELETE FROM evidence WHERE kind = 'retention_periods' AND key IN ('household', 'village')")
    op.drop_table('clearings')
    periods(*BEFORE)
