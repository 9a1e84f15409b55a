"""serve the web register

Adds what pages and reports need: the calendar, files, published figures, a petition's own postings,
what a step leaves behind it, and the department in the ledger's key. Steps that exist are named
after the status they led to; postings are rebuilt from the steps by `tracker upgrade`.
"""

import sqlalchemy as sa
from alembic import op

revision = '0002'
down_revision = '0001'
branch_labels = None
depends_on = None

PLACE_KINDS = ('province', 'district', 'commune', 'village')
PRECISIONS = ('day', 'month', 'quarter', 'year', 'unknown')
MOVE_TO = {
    'received': 'receive', 'assigned': 'assign', 'in_progress': 'start',
    'awaiting_citizen': 'ask_citizen', 'deferred': 'defer', 'awaiting_approval': 'propose',
    'explained': 'explain', 'resolved': 'resolve', 'transferred': 'transfer',
    'declined': 'decline', 'withdrawn': 'withdraw', 'joined': 'join',
}


def among(column: str, values: tuple[str, ...]) -> sa.TextClause:
    listed = ', '.join(f"'{value}'" for value in values)
    return sa.text(f'{column} IN ({listed})')


def upgrade() -> None:
    op.create_table('calendar_exceptions',
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('is_working', sa.Boolean(), nullable=False),
    sa.Column('reason', sa.String(length=200), nullable=False),
    sa.Column('document', sa.String(length=200), nullable=False),
    sa.Column('is_provisional', sa.Boolean(), nullable=False),
    sa.PrimaryKeyConstraint('day', name=op.f('pk_calendar_exceptions'))
    )
    op.create_table('published_figures',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('key', sa.String(length=40), nullable=False),
    sa.Column('place_id', sa.Integer(), nullable=False),
    sa.Column('label_vi', sa.String(length=200), nullable=False),
    sa.Column('label_en', sa.String(length=200), nullable=False),
    sa.Column('qualifier', sa.String(length=40), nullable=False),
    sa.Column('value', sa.Integer(), nullable=False),
    sa.Column('source', sa.String(), nullable=False),
    sa.ForeignKeyConstraint(['place_id'], ['places.id'], name=op.f('fk_published_figures_place_id_places')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_published_figures')),
    sa.UniqueConstraint('key', name=op.f('uq_published_figures_key'))
    )
    op.create_table('attachments',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('subject', sa.String(length=40), nullable=False),
    sa.Column('place_id', sa.Integer(), nullable=False),
    sa.Column('stored_name', sa.String(length=40), nullable=False),
    sa.Column('original_name', sa.String(length=200), nullable=False),
    sa.Column('media_type', sa.String(length=200), nullable=False),
    sa.Column('size', sa.Integer(), nullable=False),
    sa.Column('sha256', sa.String(length=200), nullable=False),
    sa.Column('uploaded_by_id', sa.Integer(), nullable=False),
    sa.Column('uploaded_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('removed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('removed_reason', sa.String(length=200), nullable=False),
    sa.ForeignKeyConstraint(['place_id'], ['places.id'], name=op.f('fk_attachments_place_id_places')),
    sa.ForeignKeyConstraint(['uploaded_by_id'], ['users.id'], name=op.f('fk_attachments_uploaded_by_id_users')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_attachments')),
    sa.UniqueConstraint('stored_name', name=op.f('uq_attachments_stored_name'))
    )
    with op.batch_alter_table('attachments', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_attachments_place_id'), ['place_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_attachments_subject'), ['subject'], unique=False)

    op.create_table('petition_postings',
    sa.Column('id', sa.Integer(), nullable=False),
    sa.Column('petition_id', sa.Integer(), nullable=False),
    sa.Column('day', sa.Date(), nullable=False),
    sa.Column('measure', sa.String(length=40), nullable=False),
    sa.Column('quantity', sa.Integer(), nullable=False),
    sa.ForeignKeyConstraint(['petition_id'], ['petitions.id'], name=op.f('fk_petition_postings_petition_id_petitions')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_petition_postings')),
    sa.UniqueConstraint('petition_id', 'measure', 'day', name=op.f('uq_petition_postings_petition_id_measure_day'))
    )
    with op.batch_alter_table('petition_postings', schema=None) as batch_op:
        batch_op.create_index('ix_petition_postings_measure_day', ['measure', 'day', 'petition_id'], unique=False)

    with op.batch_alter_table('categories') as categories:
        categories.add_column(sa.Column('due_days', sa.Integer()))
        categories.add_column(sa.Column(
            'due_days_are_working', sa.Boolean(), nullable=False, server_default=sa.true()))
        categories.add_column(sa.Column(
            'version', sa.Integer(), nullable=False, server_default='1'))

    with op.batch_alter_table('departments') as departments:
        departments.add_column(sa.Column(
            'position', sa.Integer(), nullable=False, server_default='0'))
        departments.add_column(sa.Column(
            'version', sa.Integer(), nullable=False, server_default='1'))

    with op.batch_alter_table('dialogues') as dialogues:
        dialogues.add_column(sa.Column('follow_up', sa.String(), nullable=False, server_default=''))
        dialogues.add_column(sa.Column('outcome', sa.String(), nullable=False, server_default=''))
        dialogues.add_column(sa.Column('outcome_on', sa.Date()))
        dialogues.add_column(sa.Column(
            'outcome_precision', sa.String(40), nullable=False, server_default='unknown'))
        dialogues.create_check_constraint(
            op.f('ck_dialogues_outcome_precision'),
            among('outcome_precision', PRECISIONS))
        dialogues.create_check_constraint(
            op.f('ck_dialogues_outcome_date_as_known'),
            sa.text("(outcome_precision = 'unknown') = (outcome_on IS NULL)"))

    with op.batch_alter_table('movements') as movements:
        movements.add_column(sa.Column(
            'department_id', sa.Integer(), nullable=False, server_default='0'))
        movements.drop_constraint(
            op.f('uq_movements_place_id_category_id_measure_day'), type_='unique')
        movements.create_unique_constraint(
            op.f('uq_movements_cell'),
            ['place_id', 'category_id', 'department_id', 'measure', 'day'])

    with op.batch_alter_table('petition_steps') as steps:
        steps.add_column(sa.Column('move', sa.String(40), nullable=False, server_default=''))
        steps.add_column(sa.Column('voids_id', sa.Integer()))
        steps.add_column(sa.Column('plan_on', sa.Date()))
        steps.add_column(sa.Column('department_id', sa.Integer()))
        steps.add_column(sa.Column('master_id', sa.Integer()))
        steps.add_column(sa.Column('ground', sa.String(40), nullable=False, server_default=''))
        steps.create_foreign_key(op.f('fk_petition_steps_department_id_departments'),
                                 'departments', ['department_id'], ['id'])
        steps.create_foreign_key(op.f('fk_petition_steps_master_id_petitions'),
                                 'petitions', ['master_id'], ['id'])
        steps.create_foreign_key(op.f('fk_petition_steps_voids_id_petition_steps'),
                                 'petition_steps', ['voids_id'], ['id'])

    with op.batch_alter_table('petitions') as petitions:
        petitions.add_column(sa.Column(
            'cooperating', sa.String(200), nullable=False, server_default=''))
        petitions.add_column(sa.Column(
            'petitioner', sa.String(40), nullable=False, server_default='unnamed'))
        petitions.add_column(sa.Column('ended_on', sa.Date()))
        petitions.add_column(sa.Column(
            'latest_note', sa.String(), nullable=False, server_default=''))
        petitions.add_column(sa.Column(
            'latest_document', sa.String(200), nullable=False, server_default=''))
        petitions.create_check_constraint(
            op.f('ck_petitions_petitioner'),
            among('petitioner', ('person', 'group', 'unnamed')))

    with op.batch_alter_table('places') as places:
        places.add_column(sa.Column('version', sa.Integer(), nullable=False, server_default='1'))
        places.drop_constraint(op.f('ck_places_place_kind'), type_='check')
        places.create_check_constraint(
            op.f('ck_places_place_kind'),
            among('kind', ('register', *PLACE_KINDS)))

    with op.batch_alter_table('sign_ins') as sign_ins:
        sign_ins.add_column(sa.Column(
            'address', sa.String(200), nullable=False, server_default=''))
        sign_ins.add_column(sa.Column(
            'browser', sa.String(200), nullable=False, server_default=''))

    with op.batch_alter_table('users') as users:
        users.add_column(sa.Column('password_expires_at', sa.DateTime(timezone=True)))

    tell_what_is_known()


def tell_what_is_known() -> None:
    """Fill the new columns of rows that exist, from what the register already holds."""
    for status, move in MOVE_TO.items():
        op.execute(sa.text('UPDATE petition_steps SET move = :move WHERE status = :status')
                   .bindparams(move=move, status=status))
    op.execute("UPDATE petitions SET petitioner = CASE WHEN people > 1 THEN 'group'"
               " WHEN citizen_name <> '' THEN 'person' ELSE 'unnamed' END")
    ended = "status IN ('explained', 'resolved', 'transferred', 'declined', 'withdrawn', 'joined')"
    latest = ('SELECT {} FROM petition_steps s WHERE s.petition_id = petitions.id'
              ' ORDER BY s.id DESC LIMIT 1')
    op.execute(f"UPDATE petitions SET ended_on = ({latest.format('happened_on')}) WHERE {ended}")
    op.execute(f"UPDATE petitions SET latest_note = ({latest.format('note')}),"
               f" latest_document = ({latest.format('document_number')})")
    op.execute('UPDATE petition_steps SET department_id = (SELECT department_id FROM petitions p'
               ' WHERE p.id = petition_steps.petition_id)')


def downgrade() -> None:
    with op.batch_alter_table('users') as users:
        users.drop_column('password_expires_at')

    with op.batch_alter_table('sign_ins') as sign_ins:
        sign_ins.drop_column('browser')
        sign_ins.drop_column('address')

    # The older schema has no word for the whole register: such a place becomes a province.
    op.execute("UPDATE places SET kind = 'province' WHERE kind = 'register'")
    with op.batch_alter_table('places') as places:
        places.drop_column('version')
        places.drop_constraint(op.f('ck_places_place_kind'), type_='check')
        places.create_check_constraint(
            op.f('ck_places_place_kind'), among('kind', PLACE_KINDS))

    with op.batch_alter_table('petitions') as petitions:
        petitions.drop_constraint(op.f('ck_petitions_petitioner'), type_='check')
        petitions.drop_column('latest_document')
        petitions.drop_column('latest_note')
        petitions.drop_column('ended_on')
        petitions.drop_column('petitioner')
        petitions.drop_column('cooperating')

    with op.batch_alter_table('petition_steps') as steps:
        steps.drop_constraint(
            op.f('fk_petition_steps_voids_id_petition_steps'), type_='foreignkey')
        steps.drop_constraint(op.f('fk_petition_steps_master_id_petitions'), type_='foreignkey')
        steps.drop_constraint(
            op.f('fk_petition_steps_department_id_departments'), type_='foreignkey')
        for column in ('ground', 'master_id', 'department_id', 'plan_on', 'voids_id', 'move'):
            steps.drop_column(column)

    # Without departments in the key, the cells that differ only in that become one.
    op.execute('UPDATE movements SET quantity = (SELECT sum(m.quantity) FROM movements m'
               ' WHERE m.place_id = movements.place_id AND m.category_id = movements.category_id'
               ' AND m.measure = movements.measure AND m.day = movements.day)')
    op.execute('DELETE FROM movements WHERE id NOT IN (SELECT min(id) FROM movements'
               ' GROUP BY place_id, category_id, measure, day)')
    with op.batch_alter_table('movements') as movements:
        movements.drop_constraint(op.f('uq_movements_cell'), type_='unique')
        movements.create_unique_constraint(
            op.f('uq_movements_place_id_category_id_measure_day'),
            ['place_id', 'category_id', 'measure', 'day'])
        movements.drop_column('department_id')

    with op.batch_alter_table('dialogues') as dialogues:
        dialogues.drop_constraint(op.f('ck_dialogues_outcome_date_as_known'), type_='check')
        dialogues.drop_constraint(op.f('ck_dialogues_outcome_precision'), type_='check')
        for column in ('outcome_precision', 'outcome_on', 'outcome', 'follow_up'):
            dialogues.drop_column(column)

    with op.batch_alter_table('departments') as departments:
        departments.drop_column('version')
        departments.drop_column('position')

    with op.batch_alter_table('categories') as categories:
        categories.drop_column('version')
        categories.drop_column('due_days_are_working')
        categories.drop_column('due_days')

    with op.batch_alter_table('petition_postings', schema=None) as batch_op:
        batch_op.drop_index('ix_petition_postings_measure_day')

    op.drop_table('petition_postings')
    with op.batch_alter_table('attachments', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_attachments_subject'))
        batch_op.drop_index(batch_op.f('ix_attachments_place_id'))

    op.drop_table('attachments')
    op.drop_table('published_figures')
    op.drop_table('calendar_exceptions')
