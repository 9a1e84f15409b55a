"""ask for a second factor

Sealed seeds of second factors, codes on paper, the roles that must have one, and sign-ins that
await their code. Taking it back loses the second factors: passwords alone sign in again.
"""

import sqlalchemy as sa
from alembic import op

revision = '0014'
down_revision = '0013'
branch_labels = None
depends_on = None

ROLE = sa.Enum(
    'staff', 'leader', 'admin', name='role', native_enum=False, create_constraint=True, length=40
)


def upgrade() -> None:
    op.create_table(
        'second_factors',
        sa.Column('user_id', sa.Integer(), nullable=False),
        sa.Column('sealed_seed', sa.String(), nullable=False),
        sa.Column('confirmed_at', sa.DateTime(timezone=True)),
        sa.Column('last_step', sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ['user_id'], ['users.id'], name=op.f('fk_second_factors_user_id_users')),
        sa.PrimaryKeyConstraint('user_id', name=op.f('pk_second_factors')),
    )
    op.create_table(
        'recovery_codes',
        sa.Column('id', sa.Integer(), nullable=False),
        sa.Column('user_id', sa.Integer(), nullable=False),
        sa.Column('code_hash', sa.String(length=200), nullable=False),
        sa.Column('used_at', sa.DateTime(timezone=True)),
        sa.ForeignKeyConstraint(
            ['user_id'], ['users.id'], name=op.f('fk_recovery_codes_user_id_users')),
        sa.PrimaryKeyConstraint('id', name=op.f('pk_recovery_codes')),
    )
    op.create_index(op.f('ix_recovery_codes_user_id'), 'recovery_codes', ['user_id'])
    op.create_table(
        'role_rules',
        sa.Column('role', ROLE, nullable=False),
        sa.PrimaryKeyConstraint('role', name=op.f('pk_role_rules')),
    )
    with op.batch_alter_table('sign_ins') as sign_ins:
        sign_ins.add_column(
            sa.Column('awaits_code', sa.Boolean(), server_default=sa.false(), nullable=False))
    with op.batch_alter_table('sign_ins') as sign_ins:
        sign_ins.alter_column('awaits_code', existing_type=sa.Boolean(), server_default=None)


def downgrade() -> None:
    op.execute('DELETE FROM sign_ins WHERE awaits_code')
    with op.batch_alter_table('sign_ins') as sign_ins:
        sign_ins.drop_column('awaits_code')
    op.drop_table('role_rules')
    op.drop_index(op.f('ix_recovery_codes_user_id'), table_name='recovery_codes')
    op.drop_table('recovery_codes')
    op.drop_table('second_factors')
