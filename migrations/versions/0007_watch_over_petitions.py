"""watch over petitions

Adds to a petition the person who watches over it. Taking it back loses who that was.
"""

import sqlalchemy as sa
from alembic import op

revision = '0007'
down_revision = '0006'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('petitions') as petitions:
        petitions.add_column(sa.Column('monitor_id', sa.Integer()))
        petitions.create_foreign_key(
            op.f('fk_petitions_monitor_id_users'), 'users', ['monitor_id'], ['id'])
        petitions.create_index(op.f('ix_petitions_monitor_id'), ['monitor_id'])


def downgrade() -> None:
    with op.batch_alter_table('petitions') as petitions:
        petitions.drop_index(op.f('ix_petitions_monitor_id'))
        petitions.drop_constraint(op.f('fk_petitions_monitor_id_users'), type_='foreignkey')
        petitions.drop_column('monitor_id')
