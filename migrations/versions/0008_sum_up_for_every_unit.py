"""sum up for every unit

Keeps what each unit answers for, where each step left a petition counted, and in place of daily
movements the ledger's entries and their sums for every unit; `tracker upgrade` writes those from
the steps. Steps of before tell today's place, category, kind, level and channel, and the department
of their day. Taking it back writes the movements anew from the postings, and loses nothing that
was known before.
"""

import sqlalchemy as sa
from alembic import op

revision = '0008'
down_revision = '0007'
branch_labels = None
depends_on = None

LONGEST_CHAIN = 40
REACH = f"""
    WITH RECURSIVE up (place_id, unit_id, far) AS (
        SELECT id, id, 0 FROM places
        UNION ALL
        SELECT up.place_id, COALESCE(places.successor_id, places.parent_id), up.far + 1
        FROM up JOIN places ON places.id = up.unit_id
        WHERE COALESCE(places.successor_id, places.parent_id) IS NOT NULL
        AND up.far < {LONGEST_CHAIN}
    )
    INSERT INTO place_reach (unit_id, place_id, distance)
    SELECT unit_id, place_id, MIN(far) FROM up GROUP BY unit_id, place_id
"""

MEASURES = (
    'received', 'reopened', 'ended_resolved', 'ended_explained', 'ended_transferred',
    'ended_declined', 'ended_withdrawn', 'ended_joined', 'late', 'undated',
)
CELL = ('place_id', 'category_id', 'kind', 'level', 'channel')


def upgrade() -> None:
    _keep_reach()
    _tell_cells_of_steps()
    _place_postings()
    _create_ledger()
    op.drop_table('movements')


def _keep_reach() -> None:
    op.create_table(
        'place_reach',
        sa.Column('unit_id', sa.Integer(), nullable=False),
        sa.Column('place_id', sa.Integer(), nullable=False),
        sa.Column('distance', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ['unit_id'], ['places.id'], name=op.f('fk_place_reach_unit_id_places')),
        sa.ForeignKeyConstraint(
            ['place_id'], ['places.id'], name=op.f('fk_place_reach_place_id_places')),
        sa.PrimaryKeyConstraint('unit_id', 'place_id', name=op.f('pk_place_reach')),
    )
    op.create_index('ix_place_reach_place', 'place_reach', ['place_id', 'distance', 'unit_id'])
    op.execute(REACH)


def _tell_cells_of_steps() -> None:
    with op.batch_alter_table('petition_steps') as steps:
        steps.add_column(sa.Column('place_id', sa.Integer()))
        steps.add_column(sa.Column('category_id', sa.Integer()))
        for name in ('channel', 'kind', 'level'):
            steps.add_column(sa.Column(name, sa.String(40)))
    told = ', '.join(
        f'{name} = (SELECT {name} FROM petitions WHERE petitions.id = petition_id)'
        for name in CELL
    )
    op.execute(f'UPDATE petition_steps SET {told}')
    with op.batch_alter_table('petition_steps') as steps:
        for name in CELL:
            kind = sa.Integer() if name.endswith('_id') else sa.String(40)
            steps.alter_column(name, existing_type=kind, nullable=False)
        for name, other in (('place_id', 'places'), ('category_id', 'categories')):
            steps.create_foreign_key(
                op.f(f'fk_petition_steps_{name}_{other}'), other, [name], ['id'])


def _place_postings() -> None:
    with op.batch_alter_table('petition_postings') as postings:
        postings.add_column(sa.Column('place_id', sa.Integer()))
    op.execute(
        'UPDATE petition_postings SET place_id ='
        ' (SELECT place_id FROM petitions WHERE petitions.id = petition_id)'
    )
    with op.batch_alter_table('petition_postings') as postings:
        postings.alter_column('place_id', existing_type=sa.Integer(), nullable=False)
        postings.create_foreign_key(
            op.f('fk_petition_postings_place_id_places'), 'places', ['place_id'], ['id'])
        postings.create_index(
            'ix_petition_postings_place', ['place_id', 'measure', 'day', 'petition_id'])


def _create_ledger() -> None:
    op.create_table(
        'ledger_entries',
        sa.Column('petition_id', sa.Integer(), nullable=False),
        sa.Column('number', sa.Integer(), nullable=False),
        sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('day', sa.Date(), nullable=False),
        sa.Column('place_id', sa.Integer(), nullable=False),
        sa.Column('category_id', sa.Integer(), nullable=False),
        sa.Column('department_id', sa.Integer(), nullable=False),
        sa.Column('kind', sa.String(40), nullable=False),
        sa.Column('level', sa.String(40), nullable=False),
        sa.Column('channel', sa.String(40), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in MEASURES),
        sa.ForeignKeyConstraint(
            ['petition_id'], ['petitions.id'],
            name=op.f('fk_ledger_entries_petition_id_petitions')),
        sa.ForeignKeyConstraint(
            ['place_id'], ['places.id'], name=op.f('fk_ledger_entries_place_id_places')),
        sa.ForeignKeyConstraint(
            ['category_id'], ['categories.id'],
            name=op.f('fk_ledger_entries_category_id_categories')),
        sa.PrimaryKeyConstraint('petition_id', 'number', name=op.f('pk_ledger_entries')),
        sqlite_with_rowid=False,
    )
    op.create_index('ix_ledger_entries_place_day', 'ledger_entries', ['place_id', 'day'])
    op.create_index(
        'ix_ledger_entries_place_recorded', 'ledger_entries', ['place_id', 'recorded_at'])
    op.create_table(
        'ledger_sums',
        sa.Column('unit_id', sa.Integer(), nullable=False),
        sa.Column('cut', sa.String(40), nullable=False),
        sa.Column('grain', sa.String(40), nullable=False),
        sa.Column('day', sa.Date(), nullable=False),
        sa.Column('key', sa.String(40), nullable=False),
        *(sa.Column(name, sa.Integer(), nullable=False) for name in MEASURES),
        sa.ForeignKeyConstraint(
            ['unit_id'], ['places.id'], name=op.f('fk_ledger_sums_unit_id_places')),
        sa.PrimaryKeyConstraint(
            'unit_id', 'cut', 'grain', 'day', 'key', name=op.f('pk_ledger_sums')),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.create_table(
        'movements',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('day', sa.Date(), nullable=False),
        sa.Column('place_id', sa.Integer(), nullable=False),
        sa.Column('category_id', sa.Integer(), nullable=False),
        sa.Column('department_id', sa.Integer(), nullable=False),
        sa.Column('measure', sa.String(40), nullable=False),
        sa.Column('quantity', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ['category_id'], ['categories.id'], name=op.f('fk_movements_category_id_categories')),
        sa.ForeignKeyConstraint(
            ['place_id'], ['places.id'], name=op.f('fk_movements_place_id_places')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_movements')),
        sa.UniqueConstraint(
            'place_id', 'category_id', 'department_id', 'measure', 'day',
            name='uq_movements_cell'),
    )
    op.execute("""
        INSERT INTO movements (place_id, category_id, department_id, measure, day, quantity)
        SELECT petitions.place_id, petitions.category_id, COALESCE(petitions.department_id, 0),
            posted.measure, posted.day, SUM(posted.quantity)
        FROM petition_postings AS posted JOIN petitions ON petitions.id = posted.petition_id
        GROUP BY 1, 2, 3, 4, 5
    """)
    op.drop_table('ledger_sums')
    op.drop_table('ledger_entries')
    with op.batch_alter_table('petition_postings') as postings:
        postings.drop_index('ix_petition_postings_place')
        postings.drop_constraint(
            op.f('fk_petition_postings_place_id_places'), type_='foreignkey')
        postings.drop_column('place_id')
    with op.batch_alter_table('petition_steps') as steps:
        for name, other in (('place_id', 'places'), ('category_id', 'categories')):
            steps.drop_constraint(
                op.f(f'fk_petition_steps_{name}_{other}'), type_='foreignkey')
        for name in CELL:
            steps.drop_column(name)
    op.drop_table('place_reach')
