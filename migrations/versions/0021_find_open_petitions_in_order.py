"""find open petitions in order

PostgreSQL keeps open petitions in each order by themselves, and knows rarer tokens by number.
"""

import sqlalchemy as sa
from alembic import op

revision = '0021'
down_revision = '0020'
branch_labels = None
depends_on = None

KEYS = ('received_key', 'due_key')
OPEN = sa.text("petition_lookup.tokens @@ '_o1'::tsquery")
COUNTED = 'ALTER TABLE petition_lookup ALTER COLUMN tokens SET STATISTICS {}'


def upgrade() -> None:
    if op.get_bind().dialect.name == 'sqlite':
        return
    for key in KEYS:
        name = f'ix_petition_lookup_open_{key}'
        op.create_index(name, 'petition_lookup', [key], postgresql_where=OPEN)
    op.execute(COUNTED.format(300))
    op.execute('ANALYZE petition_lookup')


def downgrade() -> None:
    if op.get_bind().dialect.name == 'sqlite':
        return
    for key in KEYS:
        op.drop_index(f'ix_petition_lookup_open_{key}', 'petition_lookup')
    op.execute(COUNTED.format(-1))
