"""Store checks: lists, checks, photos, spot checks, actions, and conversations that are kept."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables of checking."""
