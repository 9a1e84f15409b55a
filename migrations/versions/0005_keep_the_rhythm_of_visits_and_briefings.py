"""keep the rhythm of visits and briefings

Adds the log of visits to villages and Party cells with its corrections, the rhythm expected of
them, and briefings with their items. Taking it back loses all of them.
"""

import sqlalchemy as sa
from alembic import op

revision = '0005'
down_revision = '0004'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('visit_rhythms',
    sa.Column('kind', sa.Enum('village_visit', 'party_cell', name='visit_kind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('every', sa.Enum('days', 'month', 'quarter', name='every', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('days', sa.Integer(), nullable=True),
    sa.Column('basis', sa.String(length=200), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(every = 'days') = (days IS NOT NULL)", name=op.f('ck_visit_rhythms_days_where_counted')),
    sa.CheckConstraint('days >= 1', name=op.f('ck_visit_rhythms_a_day_at_least')),
    sa.PrimaryKeyConstraint('kind', name=op.f('pk_visit_rhythms'))
    )
    op.create_table('briefings',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('place_id', sa.Integer(), nullable=False),
    sa.Column('held_on', sa.Date(), nullable=False),
    sa.Column('chair', sa.String(length=200), nullable=False),
    sa.Column('notes', sa.String(), nullable=False),
    sa.Column('stage', sa.Enum('open', 'ended', name='stage', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('opened_by_id', sa.Integer(), nullable=True),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('changed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_by_id', sa.Integer(), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(stage = 'ended') = (ended_at IS NOT NULL)", name=op.f('ck_briefings_ended_at_a_moment')),
    sa.ForeignKeyConstraint(['ended_by_id'], ['users.id'], name=op.f('fk_briefings_ended_by_id_users')),
    sa.ForeignKeyConstraint(['opened_by_id'], ['users.id'], name=op.f('fk_briefings_opened_by_id_users')),
    sa.ForeignKeyConstraint(['place_id'], ['places.id'], name=op.f('fk_briefings_place_id_places')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_briefings')),
    sa.UniqueConstraint('code', name=op.f('uq_briefings_code'))
    )
    op.create_index('ix_briefings_place_day', 'briefings', ['place_id', 'held_on', 'id'], unique=False)
    op.create_index('uq_briefings_one_open', 'briefings', ['place_id'], unique=True, sqlite_where=sa.text("stage = 'open'"), postgresql_where=sa.text("stage = 'open'"))
    op.create_table('briefing_items',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('briefing_id', sa.Integer(), nullable=False),
    sa.Column('position', sa.Integer(), nullable=False),
    sa.Column('petition_id', sa.Integer(), nullable=True),
    sa.Column('commitment_id', sa.Integer(), nullable=True),
    sa.Column('subject', sa.String(), nullable=False),
    sa.Column('decision', sa.String(), nullable=False),
    sa.Column('decided_by_id', sa.Integer(), nullable=True),
    sa.Column('decided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('made_id', sa.Integer(), nullable=True),
    sa.CheckConstraint("(CASE WHEN petition_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN commitment_id IS NULL THEN 0 ELSE 1 END) + (CASE WHEN subject = '' THEN 0 ELSE 1 END) = 1", name=op.f('ck_briefing_items_is_about_one')),
    sa.ForeignKeyConstraint(['briefing_id'], ['briefings.id'], name=op.f('fk_briefing_items_briefing_id_briefings')),
    sa.ForeignKeyConstraint(['commitment_id'], ['commitments.id'], name=op.f('fk_briefing_items_commitment_id_commitments')),
    sa.ForeignKeyConstraint(['decided_by_id'], ['users.id'], name=op.f('fk_briefing_items_decided_by_id_users')),
    sa.ForeignKeyConstraint(['made_id'], ['commitments.id'], name=op.f('fk_briefing_items_made_id_commitments')),
    sa.ForeignKeyConstraint(['petition_id'], ['petitions.id'], name=op.f('fk_briefing_items_petition_id_petitions')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_briefing_items')),
    sa.UniqueConstraint('briefing_id', 'commitment_id', name=op.f('uq_briefing_items_briefing_id_commitment_id')),
    sa.UniqueConstraint('briefing_id', 'petition_id', name=op.f('uq_briefing_items_briefing_id_petition_id'))
    )
    op.create_index(op.f('ix_briefing_items_briefing_id'), 'briefing_items', ['briefing_id'], unique=False)
    op.create_table('grassroots_visits',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('kind', sa.Enum('village_visit', 'party_cell', name='visit_kind', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('visited_on', sa.Date(), nullable=False),
    sa.Column('place_id', sa.Integer(), nullable=False),
    sa.Column('visitor', sa.String(length=200), nullable=False),
    sa.Column('visitor_key', sa.String(length=40), nullable=False),
    sa.Column('visitor_id', sa.Integer(), nullable=True),
    sa.Column('cell', sa.String(length=200), nullable=False),
    sa.Column('heard', sa.String(), nullable=False),
    sa.Column('instruction', sa.String(), nullable=False),
    sa.Column('commitment_id', sa.Integer(), nullable=True),
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('logged_by_id', sa.Integer(), nullable=True),
    sa.Column('logged_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('voided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('search_text', sa.String(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(kind = 'party_cell') = (cell <> '')", name=op.f('ck_grassroots_visits_cell_is_named')),
    sa.ForeignKeyConstraint(['commitment_id'], ['commitments.id'], name=op.f('fk_grassroots_visits_commitment_id_commitments')),
    sa.ForeignKeyConstraint(['logged_by_id'], ['users.id'], name=op.f('fk_grassroots_visits_logged_by_id_users')),
    sa.ForeignKeyConstraint(['place_id'], ['places.id'], name=op.f('fk_grassroots_visits_place_id_places')),
    sa.ForeignKeyConstraint(['visitor_id'], ['users.id'], name=op.f('fk_grassroots_visits_visitor_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_grassroots_visits')),
    sa.UniqueConstraint('code', name=op.f('uq_grassroots_visits_code'))
    )
    op.create_index('ix_grassroots_visits_kind_day', 'grassroots_visits', ['kind', 'visited_on', 'id'], unique=False)
    op.create_index('ix_grassroots_visits_place_day', 'grassroots_visits', ['place_id', 'visited_on', 'id'], unique=False)
    op.create_index(op.f('ix_grassroots_visits_visitor_key'), 'grassroots_visits', ['visitor_key'], unique=False)
    op.create_table('grassroots_visit_corrections',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('visit_id', sa.Integer(), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor_id', sa.Integer(), nullable=True),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('before', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['actor_id'], ['users.id'], name=op.f('fk_grassroots_visit_corrections_actor_id_users')),
    sa.ForeignKeyConstraint(['visit_id'], ['grassroots_visits.id'], name=op.f('fk_grassroots_visit_corrections_visit_id_grassroots_visits')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_grassroots_visit_corrections'))
    )
    op.create_index(op.f('ix_grassroots_visit_corrections_visit_id'), 'grassroots_visit_corrections', ['visit_id'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_grassroots_visit_corrections_visit_id'), table_name='grassroots_visit_corrections')
    op.drop_table('grassroots_visit_corrections')
    op.drop_index(op.f('ix_grassroots_visits_visitor_key'), table_name='grassroots_visits')
    op.drop_index('ix_grassroots_visits_place_day', table_name='grassroots_visits')
    op.drop_index('ix_grassroots_visits_kind_day', table_name='grassroots_visits')
    op.drop_table('grassroots_visits')
    op.drop_index(op.f('ix_briefing_items_briefing_id'), table_name='briefing_items')
    op.drop_table('briefing_items')
    op.drop_index('uq_briefings_one_open', table_name='briefings', sqlite_where=sa.text("stage = 'open'"), postgresql_where=sa.text("stage = 'open'"))
    op.drop_index('ix_briefings_place_day', table_name='briefings')
    op.drop_table('briefings')
    op.drop_table('visit_rhythms')
