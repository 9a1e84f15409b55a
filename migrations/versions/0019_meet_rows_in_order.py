"""meet rows in order

Indexes by which a page of a whole province meets its rows in their order, in place of gathering
all of them: those behind a number of a report, dialogues that press, promises that fall due.
"""

from alembic import op

revision = '0019'
down_revision = '0018'
branch_labels = None
depends_on = None

POSTED = 'ix_petition_postings_measure_day'
NEW = (
    ('ix_petitions_place_ended', 'petitions', ['place_id', 'ended_on']),
    ('ix_dialogues_stage_held', 'dialogues', ['stage', 'held_on', 'place_id']),
    ('ix_commitments_outcome_due', 'commitments', ['outcome', 'due_on', 'id', 'place_id']),
)


def upgrade() -> None:
    op.drop_index(POSTED, 'petition_postings')
    op.create_index(POSTED, 'petition_postings', ['measure', 'day', 'petition_id', 'place_id'])
    for name, table, columns in NEW:
        op.create_index(name, table, columns)


def downgrade() -> None:
    for name, table, _columns in reversed(NEW):
        op.drop_index(name, table)
    op.drop_index(POSTED, 'petition_postings')
    op.create_index(POSTED, 'petition_postings', ['measure', 'day', 'petition_id'])
