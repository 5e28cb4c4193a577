"""When a check's report was sent to its store is kept, so that nobody sends it twice unasked."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One column more; reports sent before are not known."""
    op.add_column("store_check", sa.Column("sent_at", sa.DateTime(timezone=True)))
