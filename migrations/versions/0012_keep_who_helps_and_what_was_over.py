"""keep who helps and what was over

A step keeps the cooperating units and the monitor as they stood after it; steps of before take
what their petition names now. Limits of dialogues that are over stay as they read when the calendar
or a limit changes. A reminder is claimed before it is sent. A complaint is to be accepted within
the limit of its own: open ones not yet answered are given that day by the upgrade that follows.
Taking it back loses who helped at each step, the limits that were over, and claims not yet sent.
"""

import sqlalchemy as sa
from alembic import op

revision = '0012'
down_revision = '0011'
branch_labels = None
depends_on = None

UNANSWERED_COMPLAINTS = """
    UPDATE petitions SET ack_due_on = NULL
    WHERE kind = 'complaint' AND acknowledged_on IS NULL AND ended_on IS NULL
"""


def upgrade() -> None:
    with op.batch_alter_table('petition_steps') as steps:
        steps.add_column(
            sa.Column('cooperating', sa.String(200), nullable=False, server_default=''))
        steps.add_column(sa.Column('monitor_id', sa.Integer()))
        steps.create_foreign_key(
            op.f('fk_petition_steps_monitor_id_users'), 'users', ['monitor_id'], ['id'])
    op.execute("""
        UPDATE petition_steps SET
        cooperating = (SELECT cooperating FROM petitions WHERE petitions.id = petition_id),
        monitor_id = (SELECT monitor_id FROM petitions WHERE petitions.id = petition_id)
        WHERE petition_id IN
        (SELECT id FROM petitions WHERE cooperating <> '' OR monitor_id IS NOT NULL)
    """)
    op.execute(UNANSWERED_COMPLAINTS)

    op.create_table('settled_limits',
    sa.Column('dialogue_id', sa.Integer(), nullable=False),
    sa.Column('duty', sa.String(length=40), nullable=False),
    sa.Column('held_on', sa.Date(), nullable=False),
    sa.Column('due_on', sa.Date()),
    sa.ForeignKeyConstraint(['dialogue_id'], ['dialogues.id'], name=op.f('fk_settled_limits_dialogue_id_dialogues')),
    sa.PrimaryKeyConstraint('dialogue_id', 'duty', name=op.f('pk_settled_limits'))
    )

    with op.batch_alter_table('reminders_sent') as sent:
        sent.add_column(sa.Column('letter', sa.String(40), nullable=False, server_default=''))
        sent.add_column(sa.Column('claimed_at', sa.DateTime(timezone=True)))
        sent.add_column(sa.Column('sent_at', sa.DateTime(timezone=True)))
    op.execute("UPDATE reminders_sent SET claimed_at = CURRENT_TIMESTAMP, sent_at = CURRENT_TIMESTAMP")
    with op.batch_alter_table('reminders_sent') as sent:
        sent.alter_column('letter', existing_type=sa.String(40), server_default=None)
        sent.alter_column(
            'claimed_at', existing_type=sa.DateTime(timezone=True), nullable=False)


def downgrade() -> None:
    op.execute("DELETE FROM reminders_sent WHERE sent_at IS NULL")
    with op.batch_alter_table('reminders_sent') as sent:
        sent.drop_column('sent_at')
        sent.drop_column('claimed_at')
        sent.drop_column('letter')

    op.drop_table('settled_limits')

    op.execute(UNANSWERED_COMPLAINTS)
    with op.batch_alter_table('petition_steps') as steps:
        steps.drop_constraint(op.f('fk_petition_steps_monitor_id_users'), type_='foreignkey')
        steps.drop_column('monitor_id')
        steps.drop_column('cooperating')
