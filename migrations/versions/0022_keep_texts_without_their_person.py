"""keep texts without their person

A petition whose texts name its person keeps a copy of them that does not; the names and telephones
that it had before a correction are kept with it. The upgrade that follows makes the copies of
petitions that are there. Taking it back loses former names, which no text is then rid of.
"""

import sqlalchemy as sa
from alembic import op

revision = '0022'
down_revision = '0021'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        'petitions', sa.Column('former_person', sa.String(), nullable=False, server_default=''))
    op.add_column('petitions', sa.Column('content_unnamed', sa.String()))
    op.add_column('petitions', sa.Column('note_unnamed', sa.String()))


def downgrade() -> None:
    op.drop_column('petitions', 'note_unnamed')
    op.drop_column('petitions', 'content_unnamed')
    op.drop_column('petitions', 'former_person')
