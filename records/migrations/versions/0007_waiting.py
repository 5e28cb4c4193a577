"""What waits is found by its chat: a turn need not walk through all that was ever said there."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Index what waits in a chat; the index of all that waits is the same one now."""
    op.drop_index("ix_inbox_waiting", "inbox")
    _index_where("ix_inbox_waiting", "inbox", "handled_at IS NULL")
    _index_where("ix_outbox_unsent", "outbox", "ended_at IS NULL")


def _index_where(name: str, table: str, where: str) -> None:
    columns = ["channel", "chat", "id"]
    op.create_index(name, table, columns, sqlite_where=sa.text(where), postgresql_where=sa.text(where))
