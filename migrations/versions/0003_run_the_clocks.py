"""run the clocks

Adds the limits with their legal basis, the installation's own settings, what moves a due date, when
a citizen must be answered and was, and what a dialogue's own limits look at. Why an older petition
has its due date is not known: its basis stays empty, and no change of the calendar moves it.
"""

import sqlalchemy as sa
from alembic import op

revision = '0003'
down_revision = '0002'
branch_labels = None
depends_on = None

UNITS = ('working', 'calendar')
CERTAINTIES = ('two_sources', 'one_source', 'one_example', 'memory', 'decided_here')
ANSWERS = "('explained', 'resolved', 'transferred', 'declined')"


def among(column: str, values: tuple[str, ...]) -> sa.TextClause:
    listed = ', '.join(f"'{value}'" for value in values)
    return sa.text(f'{column} IN ({listed})')


def upgrade() -> None:
    op.create_table('deadline_rules',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('code', sa.String(length=40), nullable=False),
    sa.Column('name_vi', sa.String(length=200), nullable=False),
    sa.Column('name_en', sa.String(length=200), nullable=False),
    sa.Column('days', sa.Integer(), nullable=False),
    sa.Column('unit', sa.String(length=40), nullable=False),
    sa.Column('counted_from_vi', sa.String(length=200), nullable=False),
    sa.Column('counted_from_en', sa.String(length=200), nullable=False),
    sa.Column('legal_basis', sa.String(length=200), nullable=False),
    sa.Column('certainty', sa.String(length=40), nullable=False),
    sa.Column('valid_from', sa.Date(), nullable=False),
    sa.Column('is_local', sa.Boolean(), nullable=False),
    sa.Column('is_active', sa.Boolean(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.CheckConstraint('days >= 1', name=op.f('ck_deadline_rules_a_day_at_least')),
    sa.CheckConstraint(among('unit', UNITS), name=op.f('ck_deadline_rules_unit')),
    sa.CheckConstraint(among('certainty', CERTAINTIES), name=op.f('ck_deadline_rules_certainty')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_deadline_rules'))
    )
    op.create_index('ix_deadline_rules_code_valid_from', 'deadline_rules', ['code', 'valid_from'])
    op.create_table('installation_settings',
    sa.Column('key', sa.String(length=40), nullable=False),
    sa.Column('value', sa.String(length=200), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.PrimaryKeyConstraint('key', name=op.f('pk_installation_settings'))
    )

    with op.batch_alter_table('calendar_exceptions') as days:
        days.add_column(sa.Column('paired_with', sa.Date()))
        days.add_column(sa.Column(
            'is_lifted', sa.Boolean(), nullable=False, server_default=sa.false()))

    with op.batch_alter_table('dialogues') as dialogues:
        dialogues.add_column(sa.Column(
            'requested_by_voters', sa.Boolean(), nullable=False, server_default=sa.false()))
        dialogues.add_column(sa.Column('sent_to_village_heads_on', sa.Date()))

    with op.batch_alter_table('petitions') as petitions:
        petitions.add_column(sa.Column(
            'due_basis', sa.String(40), nullable=False, server_default=''))
        petitions.add_column(sa.Column('ack_due_on', sa.Date()))
        petitions.add_column(sa.Column('acknowledged_on', sa.Date()))
        petitions.create_index(
            'ix_petitions_place_ack', ['place_id', 'acknowledged_on', 'ack_due_on'])

    with op.batch_alter_table('petition_steps') as steps:
        steps.add_column(sa.Column('due_basis', sa.String(40), nullable=False, server_default=''))

    op.execute(
        'UPDATE petitions SET acknowledged_on = (SELECT min(s.happened_on) FROM petition_steps s'
        f' WHERE s.petition_id = petitions.id AND s.status IN {ANSWERS} AND s.id NOT IN'
        ' (SELECT v.voids_id FROM petition_steps v WHERE v.voids_id IS NOT NULL))')


def downgrade() -> None:
    # The older schema keeps no lifted day: a day that does not count is taken out.
    op.execute('DELETE FROM calendar_exceptions WHERE is_lifted')

    with op.batch_alter_table('petition_steps') as steps:
        steps.drop_column('due_basis')

    with op.batch_alter_table('petitions') as petitions:
        petitions.drop_index('ix_petitions_place_ack')
        for column in ('acknowledged_on', 'ack_due_on', 'due_basis'):
            petitions.drop_column(column)

    with op.batch_alter_table('dialogues') as dialogues:
        for column in ('sent_to_village_heads_on', 'requested_by_voters'):
            dialogues.drop_column(column)

    with op.batch_alter_table('calendar_exceptions') as days:
        days.drop_column('is_lifted')
        days.drop_column('paired_with')

    op.drop_table('installation_settings')
    op.drop_index('ix_deadline_rules_code_valid_from', 'deadline_rules')
    op.drop_table('deadline_rules')
