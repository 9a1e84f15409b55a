"""keep evidence of records

A keyed digest of every record, by which one that was changed by other means is found. `tracker
upgrade` digests what is there already; taking it back loses the digests only.
"""

import sqlalchemy as sa
from alembic import op

revision = '0015'
down_revision = '0014'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        'evidence',
        sa.Column('kind', sa.String(length=40), nullable=False),
        sa.Column('key', sa.String(length=40), nullable=False),
        sa.Column('digest', sa.String(length=32), nullable=False),
        sa.PrimaryKeyConstraint('kind', 'key', name=op.f('pk_evidence')),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    op.drop_table('evidence')
