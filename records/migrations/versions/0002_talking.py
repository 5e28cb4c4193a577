"""People, stores and invites; what came in and what goes out; conversations, reminders and logins."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def _instant() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def _counter() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer, "sqlite")


def _person(name: str, *, gone: str = "CASCADE", nullable: bool = True, key: bool = False) -> sa.Column[int]:
    whose = sa.ForeignKey("person.id", ondelete=gone)
    return sa.Column(name, sa.Integer, whose, nullable=nullable and not key, primary_key=key)


def _index_where(name: str, table: str, column: str, where: str) -> None:
    op.create_index(name, table, [column], sqlite_where=sa.text(where), postgresql_where=sa.text(where))


def upgrade() -> None:
    """Create the tables of the talk."""
    _people()
    _messages()
    _waiting()


def _people() -> None:
    op.create_table(
        "store",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("code", sa.String(32), nullable=False, unique=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("region", sa.Text, nullable=False),
        sa.Column("latitude", sa.Float),
        sa.Column("longitude", sa.Float),
        sa.Column("demo", sa.Boolean, nullable=False),
        sa.Column("closed_at", _instant()),
    )
    op.create_table(
        "person",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("zone", sa.String(64), nullable=False),
        sa.Column("quiet_from", sa.Integer, nullable=False),
        sa.Column("quiet_to", sa.Integer, nullable=False),
        sa.Column("reminder_at", sa.Integer, nullable=False),
        _person("reports_to", gone="SET NULL"),
        sa.Column("demo", sa.Boolean, nullable=False),
        sa.Column("joined_at", _instant(), nullable=False),
        sa.Column("left_at", _instant()),
    )
    op.create_table(
        "membership",
        _person("person_id", key=True),
        sa.Column("store_id", sa.Integer, sa.ForeignKey("store.id", ondelete="CASCADE"), primary_key=True),
    )
    op.create_index("ix_membership_store_id", "membership", ["store_id"])
    op.create_table(
        "account",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("user", sa.String(128), nullable=False),
        sa.Column("chat", sa.String(128), nullable=False),
        _person("person_id", nullable=False),
        sa.Column("added_at", _instant(), nullable=False),
        sa.Column("used_at", _instant(), nullable=False),
        sa.Column("blocked_at", _instant()),
        sa.UniqueConstraint("channel", "user"),
    )
    op.create_index("ix_account_person_id", "account", ["person_id"])
    op.create_table(
        "invite",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("digest", sa.String(64), nullable=False, unique=True),
        sa.Column("role", sa.String(16), nullable=False),
        sa.Column("store_id", sa.Integer, sa.ForeignKey("store.id", ondelete="CASCADE")),
        _person("person_id"),
        _person("created_by", gone="SET NULL"),
        sa.Column("created_at", _instant(), nullable=False),
        sa.Column("expires_at", _instant(), nullable=False),
        sa.Column("used_at", _instant()),
        _person("used_by", gone="SET NULL"),
    )


def _messages() -> None:
    op.create_table(
        "inbox",
        sa.Column("id", _counter(), primary_key=True),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("message", sa.String(160), nullable=False),
        sa.Column("chat", sa.String(128), nullable=False),
        sa.Column("user", sa.String(128), nullable=False),
        sa.Column("part_of", sa.String(160), nullable=False),
        sa.Column("received_at", _instant(), nullable=False),
        sa.Column("handled_at", _instant()),
        sa.Column("payload", sa.JSON, nullable=False),
        sa.UniqueConstraint("channel", "message"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_inbox_chat", "inbox", ["channel", "chat", "id"])
    op.create_index("ix_inbox_user", "inbox", ["channel", "user", "received_at"])
    _index_where("ix_inbox_waiting", "inbox", "id", "handled_at IS NULL")
    op.create_table(
        "outbox",
        sa.Column("id", _counter(), primary_key=True),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("chat", sa.String(128), nullable=False),
        _person("person_id", gone="SET NULL"),
        sa.Column("inbox_id", sa.BigInteger),
        sa.Column("created_at", _instant(), nullable=False),
        sa.Column("due_at", _instant(), nullable=False),
        sa.Column("claimed_by", sa.String(32)),
        sa.Column("claimed_until", _instant()),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("ended_at", _instant()),
        sa.Column("failure", sa.Text),
        sa.Column("edits", sa.String(160), nullable=False),
        sa.Column("sent_as", sa.String(160), nullable=False),
        sa.Column("payload", sa.JSON, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_outbox_inbox_id", "outbox", ["inbox_id"])
    op.create_index("ix_outbox_chat", "outbox", ["channel", "chat", "id"])
    op.create_index("ix_outbox_sent_as", "outbox", ["channel", "chat", "sent_as"])
    _index_where("ix_outbox_waiting", "outbox", "due_at", "ended_at IS NULL")


def _waiting() -> None:
    op.create_table(
        "conversation",
        sa.Column("id", _counter(), primary_key=True),
        sa.Column("channel", sa.String(32), nullable=False),
        sa.Column("chat", sa.String(128), nullable=False),
        sa.Column("user", sa.String(128), nullable=False),
        sa.Column("flow", sa.String(32), nullable=False),
        sa.Column("state", sa.JSON, nullable=False),
        sa.Column("updated_at", _instant(), nullable=False),
        sa.UniqueConstraint("channel", "chat", "user"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "reminder",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("key", sa.String(128), nullable=False, unique=True),
        _person("person_id", nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("due_at", _instant(), nullable=False),
        sa.Column("minute", sa.Integer),
        sa.Column("weekdays", sa.JSON, nullable=False),
        sa.Column("payload", sa.JSON, nullable=False),
    )
    op.create_index("ix_reminder_person_id", "reminder", ["person_id"])
    op.create_index("ix_reminder_due_at", "reminder", ["due_at"])
    op.create_table(
        "login",
        sa.Column("digest", sa.String(64), primary_key=True),
        _person("person_id", nullable=False),
        sa.Column("session", sa.Boolean, nullable=False),
        sa.Column("created_at", _instant(), nullable=False),
        sa.Column("expires_at", _instant(), nullable=False),
    )
    op.create_index("ix_login_person_id", "login", ["person_id"])
