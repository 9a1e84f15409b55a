"""keep promises in sight

Adds commitments with the steps of their lives, working groups with their members, and the log of
their visits to households. Taking it back loses all of them.
"""

import sqlalchemy as sa
from alembic import op

revision = '0004'
down_revision = '0003'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('commitments',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('dialogue_id', sa.Integer(), nullable=True),
    sa.Column('petition_id', sa.Integer(), nullable=True),
    sa.Column('place_id', sa.Integer(), nullable=False),
    sa.Column('promise', sa.String(), nullable=False),
    sa.Column('promised_by', sa.String(length=200), nullable=False),
    sa.Column('leader_key', sa.String(length=40), nullable=False),
    sa.Column('promised_by_id', sa.Integer(), nullable=True),
    sa.Column('promised_on', sa.Date(), nullable=True),
    sa.Column('promised_precision', sa.Enum('day', 'month', 'quarter', 'year', 'unknown', name='promised_precision', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('department_id', sa.Integer(), nullable=True),
    sa.Column('supporting', sa.String(length=200), nullable=False),
    sa.Column('handler', sa.String(length=200), nullable=False),
    sa.Column('handler_id', sa.Integer(), nullable=True),
    sa.Column('monitor', sa.String(length=200), nullable=False),
    sa.Column('monitor_id', sa.Integer(), nullable=True),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('outcome', sa.Enum('open', 'kept', 'broken', 'withdrawn', name='outcome', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('ended_on', sa.Date(), nullable=True),
    sa.Column('ended_precision', sa.Enum('day', 'month', 'quarter', 'year', 'unknown', name='ended_precision', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('logged_by_id', sa.Integer(), nullable=True),
    sa.Column('logged_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('search_text', sa.String(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint("(ended_precision = 'unknown') = (ended_on IS NULL)", name=op.f('ck_commitments_end_as_known')),
    sa.CheckConstraint("(promised_precision = 'unknown') = (promised_on IS NULL)", name=op.f('ck_commitments_date_as_known')),
    sa.CheckConstraint("outcome <> 'open' OR ended_on IS NULL", name=op.f('ck_commitments_open_has_no_end')),
    sa.CheckConstraint('promised_on <= due_on', name=op.f('ck_commitments_due_after_promised')),
    sa.ForeignKeyConstraint(['department_id'], ['departments.id'], name=op.f('fk_commitments_department_id_departments')),
    sa.ForeignKeyConstraint(['dialogue_id'], ['dialogues.id'], name=op.f('fk_commitments_dialogue_id_dialogues')),
    sa.ForeignKeyConstraint(['handler_id'], ['users.id'], name=op.f('fk_commitments_handler_id_users')),
    sa.ForeignKeyConstraint(['logged_by_id'], ['users.id'], name=op.f('fk_commitments_logged_by_id_users')),
    sa.ForeignKeyConstraint(['monitor_id'], ['users.id'], name=op.f('fk_commitments_monitor_id_users')),
    sa.ForeignKeyConstraint(['petition_id'], ['petitions.id'], name=op.f('fk_commitments_petition_id_petitions')),
    sa.ForeignKeyConstraint(['place_id'], ['places.id'], name=op.f('fk_commitments_place_id_places')),
    sa.ForeignKeyConstraint(['promised_by_id'], ['users.id'], name=op.f('fk_commitments_promised_by_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_commitments')),
    sa.UniqueConstraint('code', name=op.f('uq_commitments_code'))
    )
    op.create_index(op.f('ix_commitments_department_id'), 'commitments', ['department_id'], unique=False)
    op.create_index(op.f('ix_commitments_dialogue_id'), 'commitments', ['dialogue_id'], unique=False)
    op.create_index(op.f('ix_commitments_handler_id'), 'commitments', ['handler_id'], unique=False)
    op.create_index(op.f('ix_commitments_leader_key'), 'commitments', ['leader_key'], unique=False)
    op.create_index(op.f('ix_commitments_monitor_id'), 'commitments', ['monitor_id'], unique=False)
    op.create_index(op.f('ix_commitments_petition_id'), 'commitments', ['petition_id'], unique=False)
    op.create_index('ix_commitments_place_outcome_due', 'commitments', ['place_id', 'outcome', 'due_on', 'id'], unique=False)
    op.create_table('commitment_steps',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('commitment_id', sa.Integer(), nullable=False),
    sa.Column('move', sa.String(length=40), nullable=False),
    sa.Column('voids_id', sa.Integer(), nullable=True),
    sa.Column('outcome', sa.Enum('open', 'kept', 'broken', 'withdrawn', name='outcome', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('due_on', sa.Date(), nullable=True),
    sa.Column('ended_on', sa.Date(), nullable=True),
    sa.Column('ended_precision', sa.Enum('day', 'month', 'quarter', 'year', 'unknown', name='ended_precision', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('happened_on', sa.Date(), nullable=True),
    sa.Column('happened_precision', sa.Enum('day', 'month', 'quarter', 'year', 'unknown', name='happened_precision', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor_id', sa.Integer(), nullable=True),
    sa.Column('note', sa.String(), nullable=False),
    sa.Column('document_number', sa.String(length=200), nullable=False),
    sa.ForeignKeyConstraint(['actor_id'], ['users.id'], name=op.f('fk_commitment_steps_actor_id_users')),
    sa.ForeignKeyConstraint(['commitment_id'], ['commitments.id'], name=op.f('fk_commitment_steps_commitment_id_commitments')),
    sa.ForeignKeyConstraint(['voids_id'], ['commitment_steps.id'], name=op.f('fk_commitment_steps_voids_id_commitment_steps')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_commitment_steps'))
    )
    op.create_index(op.f('ix_commitment_steps_commitment_id'), 'commitment_steps', ['commitment_id'], unique=False)
    op.create_table('working_groups',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('dialogue_id', sa.Integer(), nullable=True),
    sa.Column('commitment_id', sa.Integer(), nullable=True),
    sa.Column('place_id', sa.Integer(), nullable=False),
    sa.Column('set_up_on', sa.Date(), nullable=True),
    sa.Column('document_number', sa.String(length=200), nullable=False),
    sa.Column('source', sa.String(), nullable=False),
    sa.Column('logged_by_id', sa.Integer(), nullable=True),
    sa.Column('logged_at', sa.DateTime(timezone=True), nullable=False),
    sa.CheckConstraint('(dialogue_id IS NULL) <> (commitment_id IS NULL)', name=op.f('ck_working_groups_belongs_to_one')),
    sa.ForeignKeyConstraint(['commitment_id'], ['commitments.id'], name=op.f('fk_working_groups_commitment_id_commitments')),
    sa.ForeignKeyConstraint(['dialogue_id'], ['dialogues.id'], name=op.f('fk_working_groups_dialogue_id_dialogues')),
    sa.ForeignKeyConstraint(['logged_by_id'], ['users.id'], name=op.f('fk_working_groups_logged_by_id_users')),
    sa.ForeignKeyConstraint(['place_id'], ['places.id'], name=op.f('fk_working_groups_place_id_places')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_working_groups')),
    sa.UniqueConstraint('code', name=op.f('uq_working_groups_code'))
    )
    op.create_index(op.f('ix_working_groups_commitment_id'), 'working_groups', ['commitment_id'], unique=False)
    op.create_index(op.f('ix_working_groups_dialogue_id'), 'working_groups', ['dialogue_id'], unique=False)
    op.create_index(op.f('ix_working_groups_place_id'), 'working_groups', ['place_id'], unique=False)
    op.create_table('household_visits',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('group_id', sa.Integer(), nullable=False),
    sa.Column('household', sa.String(length=200), nullable=False),
    sa.Column('place_id', sa.Integer(), nullable=False),
    sa.Column('visited_on', sa.Date(), nullable=False),
    sa.Column('result', sa.Enum('agrees', 'not_yet', 'not_home', name='result', native_enum=False, create_constraint=True, length=40), nullable=False),
    sa.Column('reason', sa.String(), nullable=False),
    sa.Column('agreed_option', sa.String(), nullable=False),
    sa.Column('visitors', sa.String(length=200), nullable=False),
    sa.Column('document_number', sa.String(length=200), nullable=False),
    sa.Column('recorded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('recorded_by_id', sa.Integer(), nullable=True),
    sa.Column('voided_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('voided_reason', sa.String(length=200), nullable=False),
    sa.ForeignKeyConstraint(['group_id'], ['working_groups.id'], name=op.f('fk_household_visits_group_id_working_groups')),
    sa.ForeignKeyConstraint(['place_id'], ['places.id'], name=op.f('fk_household_visits_place_id_places')),
    sa.ForeignKeyConstraint(['recorded_by_id'], ['users.id'], name=op.f('fk_household_visits_recorded_by_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_household_visits'))
    )
    op.create_index(op.f('ix_household_visits_group_id'), 'household_visits', ['group_id'], unique=False)
    op.create_table('working_group_members',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('group_id', sa.Integer(), nullable=False),
    sa.Column('name', sa.String(length=200), nullable=False),
    sa.Column('role', sa.String(length=200), nullable=False),
    sa.ForeignKeyConstraint(['group_id'], ['working_groups.id'], name=op.f('fk_working_group_members_group_id_working_groups')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_working_group_members'))
    )
    op.create_index(op.f('ix_working_group_members_group_id'), 'working_group_members', ['group_id'], unique=False)


def downgrade() -> None:
    op.drop_index(op.f('ix_working_group_members_group_id'), table_name='working_group_members')
    op.drop_table('working_group_members')
    op.drop_index(op.f('ix_household_visits_group_id'), table_name='household_visits')
    op.drop_table('household_visits')
    op.drop_index(op.f('ix_working_groups_place_id'), table_name='working_groups')
    op.drop_index(op.f('ix_working_groups_dialogue_id'), table_name='working_groups')
    op.drop_index(op.f('ix_working_groups_commitment_id'), table_name='working_groups')
    op.drop_table('working_groups')
    op.drop_index(op.f('ix_commitment_steps_commitment_id'), table_name='commitment_steps')
    op.drop_table('commitment_steps')
    op.drop_index('ix_commitments_place_outcome_due', table_name='commitments')
    op.drop_index(op.f('ix_commitments_petition_id'), table_name='commitments')
    op.drop_index(op.f('ix_commitments_monitor_id'), table_name='commitments')
    op.drop_index(op.f('ix_commitments_leader_key'), table_name='commitments')
    op.drop_index(op.f('ix_commitments_handler_id'), table_name='commitments')
    op.drop_index(op.f('ix_commitments_dialogue_id'), table_name='commitments')
    op.drop_index(op.f('ix_commitments_department_id'), table_name='commitments')
    op.drop_table('commitments')
