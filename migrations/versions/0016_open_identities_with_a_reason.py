"""open identities with a reason

Who opened, of a petition they do not handle, by whom it was raised, when and why. Taking it back
loses these notes; that somebody looked stays in the journal.
"""

import sqlalchemy as sa
from alembic import op

revision = '0016'
down_revision = '0015'
branch_labels = None
depends_on = None

REASON = sa.Enum(
    'contact', 'invite', 'verify', 'same', 'supervise', 'other', name='lookreason',
    native_enum=False, create_constraint=True, length=40
)


def upgrade() -> None:
    op.create_table(
        'identity_looks',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('petition_id', sa.Integer(), nullable=False),
        sa.Column('user_id', sa.Integer(), nullable=False),
        sa.Column('reason', REASON, nullable=False),
        sa.Column('note', sa.String(length=200), nullable=False),
        sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ['petition_id'], ['petitions.id'],
            name=op.f('fk_identity_looks_petition_id_petitions')),
        sa.ForeignKeyConstraint(
            ['user_id'], ['users.id'], name=op.f('fk_identity_looks_user_id_users')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_identity_looks')),
    )
    op.create_index(
        'ix_identity_looks_petition', 'identity_looks', ['petition_id', 'user_id', 'opened_at'])


def downgrade() -> None:
    op.drop_table('identity_looks')
