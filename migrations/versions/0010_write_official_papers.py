"""write official papers

Adds what a unit's papers say of it, and its own Word templates. Taking it back loses both.
"""

import sqlalchemy as sa
from alembic import op

revision = '0010'
down_revision = '0009'
branch_labels = None
depends_on = None

ISSUERS = ('government', 'party')


def _issuer() -> sa.Column[str]:
    kind = sa.Enum(*ISSUERS, name='issuer', native_enum=False, create_constraint=True, length=40)
    return sa.Column('issuer', kind, nullable=False)


def upgrade() -> None:
    op.create_table(
        'letterheads',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('place_id', sa.Integer(), nullable=False),
        _issuer(),
        sa.Column('superior', sa.String(200), nullable=False),
        sa.Column('agency', sa.String(), nullable=False),
        sa.Column('symbol', sa.String(40), nullable=False),
        sa.Column('place_of_issue', sa.String(200), nullable=False),
        sa.Column('authority', sa.String(200), nullable=False),
        sa.Column('title', sa.String(200), nullable=False),
        sa.Column('signer', sa.String(200), nullable=False),
        sa.Column('recipients', sa.String(), nullable=False),
        sa.Column('addressees', sa.String(), nullable=False),
        sa.Column('is_default', sa.Boolean(), nullable=False),
        sa.Column('version', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ['place_id'], ['places.id'], name=op.f('fk_letterheads_place_id_places')
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_letterheads')),
        sa.UniqueConstraint('place_id', 'issuer', name=op.f('uq_letterheads_place_id_issuer')),
    )
    op.create_table(
        'letterhead_templates',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('place_id', sa.Integer(), nullable=False),
        _issuer(),
        sa.Column('name', sa.String(200), nullable=False),
        sa.Column('content', sa.LargeBinary(), nullable=False),
        sa.Column('sha256', sa.String(200), nullable=False),
        sa.Column('uploaded_by_id', sa.Integer()),
        sa.Column('uploaded_at', sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ['place_id'], ['places.id'], name=op.f('fk_letterhead_templates_place_id_places')
        ),
        sa.ForeignKeyConstraint(
            ['uploaded_by_id'],
            ['users.id'],
            name=op.f('fk_letterhead_templates_uploaded_by_id_users'),
        ),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_letterhead_templates')),
        sa.UniqueConstraint(
            'place_id', 'issuer', name=op.f('uq_letterhead_templates_place_id_issuer')
        ),
    )


def downgrade() -> None:
    op.drop_table('letterhead_templates')
    op.drop_table('letterheads')
