"""keep personal data for a time

Periods of keeping, the taking out of personal data by two people, and what citizens ask about
their own. Taking it back loses these; data that was taken out does not come back.
"""

import sqlalchemy as sa
from alembic import op

revision = '0020'
down_revision = '0019'
branch_labels = None
depends_on = None


def words(name: str, *members: str) -> sa.Enum:
    return sa.Enum(*members, name=name, native_enum=False, create_constraint=True, length=40)


def upgrade() -> None:
    op.create_table(
        'retention_periods',
        sa.Column('of', words('retention_class', 'complaint', 'petition'), nullable=False),
        sa.Column('years', sa.Integer()),
        sa.Column('legal_basis', sa.String(length=200), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.CheckConstraint('years >= 1', name=op.f('ck_retention_periods_a_year_at_least')),
        sa.PrimaryKeyConstraint('of', name=op.f('pk_retention_periods')),
    )
    op.create_table(
        'anonymisations',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('petition_id', sa.Integer(), nullable=False),
        sa.Column(
            'stage', words('anonymisation_stage', 'proposed', 'refused', 'done'), nullable=False),
        sa.Column('ground', sa.String(length=200), nullable=False),
        sa.Column('marks', sa.String(), nullable=False),
        sa.Column('proposed_by_id', sa.Integer(), nullable=False),
        sa.Column('proposed_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('decided_by_id', sa.Integer()),
        sa.Column('decided_at', sa.DateTime(timezone=True)),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.CheckConstraint(
            'decided_by_id <> proposed_by_id', name=op.f('ck_anonymisations_decided_by_another')),
        sa.ForeignKeyConstraint(
            ['petition_id'], ['petitions.id'],
            name=op.f('fk_anonymisations_petition_id_petitions')),
        sa.ForeignKeyConstraint(
            ['proposed_by_id'], ['users.id'], name=op.f('fk_anonymisations_proposed_by_id_users')),
        sa.ForeignKeyConstraint(
            ['decided_by_id'], ['users.id'], name=op.f('fk_anonymisations_decided_by_id_users')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_anonymisations')),
    )
    op.create_index(
        op.f('ix_anonymisations_petition_id'), 'anonymisations', ['petition_id'])
    op.create_table(
        'person_requests',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('code', sa.String(length=40), nullable=False),
        sa.Column('place_id', sa.Integer(), nullable=False),
        sa.Column(
            'asks', words('person_right', 'access', 'correction', 'deletion'), nullable=False),
        sa.Column('person', sa.String(length=200), nullable=False),
        sa.Column(
            'proof', words('person_proof', 'paper', 'known', 'letter', 'proxy', 'not_yet'),
            nullable=False),
        sa.Column('petitions', sa.String(length=200), nullable=False),
        sa.Column('said', sa.String(), nullable=False),
        sa.Column('received_on', sa.Date(), nullable=False),
        sa.Column('due_on', sa.Date()),
        sa.Column(
            'decision', words('person_decision', 'open', 'granted', 'partly', 'refused'),
            nullable=False),
        sa.Column('decided_on', sa.Date()),
        sa.Column('answer', sa.String(), nullable=False),
        sa.Column('document_number', sa.String(length=200), nullable=False),
        sa.Column('logged_by_id', sa.Integer()),
        sa.Column('logged_at', sa.DateTime(timezone=True), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ['place_id'], ['places.id'], name=op.f('fk_person_requests_place_id_places')),
        sa.ForeignKeyConstraint(
            ['logged_by_id'], ['users.id'], name=op.f('fk_person_requests_logged_by_id_users')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_person_requests')),
        sa.UniqueConstraint('code', name=op.f('uq_person_requests_code')),
    )
    op.create_index(op.f('ix_person_requests_place_id'), 'person_requests', ['place_id'])


def downgrade() -> None:
    op.drop_table('person_requests')
    op.drop_table('anonymisations')
    op.drop_table('retention_periods')
