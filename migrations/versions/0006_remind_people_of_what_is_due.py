"""remind people of what is due

Adds a person's e-mail address, the day on which units reported after a dialogue, and what each
person was reminded of on which day. Taking it back loses these.
"""

import sqlalchemy as sa
from alembic import op

revision = '0006'
down_revision = '0005'
branch_labels = None
depends_on = None


def upgrade() -> None:
    with op.batch_alter_table('users') as users:
        users.add_column(sa.Column('email', sa.String(200)))

    with op.batch_alter_table('dialogues') as dialogues:
        dialogues.add_column(sa.Column('units_reported_on', sa.Date()))

    op.create_table('reminders_sent',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('user_id', sa.Integer(), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('subject', sa.String(length=40), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_reminders_sent_user_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_reminders_sent')),
    sa.UniqueConstraint('day', 'user_id', 'kind', 'subject', name=op.f('uq_reminders_sent_day_user_id_kind_subject'))
    )


def downgrade() -> None:
    op.drop_table('reminders_sent')

    with op.batch_alter_table('dialogues') as dialogues:
        dialogues.drop_column('units_reported_on')

    with op.batch_alter_table('users') as users:
        users.drop_column('email')
