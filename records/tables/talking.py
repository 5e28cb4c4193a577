"""Stores, people, and what is said."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
    text,
)

from records.tables.base import Counter, Instant, metadata

_WAITING, _UNSENT = text("handled_at IS NULL"), text("ended_at IS NULL")

store = Table(
    "store",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("code", String(32), nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("region", Text, nullable=False),
    Column("latitude", Float),
    Column("longitude", Float),
    Column("demo", Boolean, nullable=False),
    Column("closed_at", Instant),
)

person = Table(
    "person",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False),
    Column("role", String(16), nullable=False),
    Column("zone", String(64), nullable=False),
    Column("quiet_from", Integer, nullable=False),  # minutes of the day, local
    Column("quiet_to", Integer, nullable=False),
    Column("reminder_at", Integer, nullable=False),
    Column("reports_to", ForeignKey("person.id", ondelete="SET NULL")),
    Column("demo", Boolean, nullable=False),
    Column("joined_at", Instant, nullable=False),
    Column("left_at", Instant),
)

membership = Table(
    "membership",
    metadata,
    Column("person_id", ForeignKey("person.id", ondelete="CASCADE"), primary_key=True),
    Column("store_id", ForeignKey("store.id", ondelete="CASCADE"), primary_key=True, index=True),
)

account = Table(
    "account",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("channel", String(32), nullable=False),
    Column("user", String(128), nullable=False),
    Column("chat", String(128), nullable=False),
    Column("person_id", ForeignKey("person.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("added_at", Instant, nullable=False),
    Column("used_at", Instant, nullable=False),
    Column("blocked_at", Instant),
    UniqueConstraint("channel", "user"),
)

invite = Table(
    "invite",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("digest", String(64), nullable=False, unique=True),
    Column("role", String(16), nullable=False),
    Column("store_id", ForeignKey("store.id", ondelete="CASCADE")),
    Column("person_id", ForeignKey("person.id", ondelete="CASCADE")),
    Column("created_by", ForeignKey("person.id", ondelete="SET NULL")),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
    Column("used_at", Instant),
    Column("used_by", ForeignKey("person.id", ondelete="SET NULL")),
)

inbox = Table(
    "inbox",
    metadata,
    Column("id", Counter, primary_key=True),
    Column("channel", String(32), nullable=False),
    Column("message", String(160), nullable=False),
    Column("chat", String(128), nullable=False),
    Column("user", String(128), nullable=False),
    Column("part_of", String(160), nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("handled_at", Instant),
    Column("payload", JSON, nullable=False),
    UniqueConstraint("channel", "message"),
    Index("ix_inbox_chat", "channel", "chat", "id"),
    Index("ix_inbox_user", "channel", "user", "received_at"),
    Index("ix_inbox_waiting", "channel", "chat", "id", sqlite_where=_WAITING, postgresql_where=_WAITING),
    sqlite_autoincrement=True,
)

outbox = Table(
    "outbox",
    metadata,
    Column("id", Counter, primary_key=True),
    Column("channel", String(32), nullable=False),
    Column("chat", String(128), nullable=False),
    Column("person_id", ForeignKey("person.id", ondelete="SET NULL")),
    Column("inbox_id", BigInteger, index=True),
    Column("created_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("claimed_by", String(32)),
    Column("claimed_until", Instant),
    Column("attempts", Integer, nullable=False),
    Column("ended_at", Instant),
    Column("failure", Text),
    Column("edits", String(160), nullable=False),
    Column("sent_as", String(160), nullable=False),
    Column("payload", JSON, nullable=False),
    Index("ix_outbox_chat", "channel", "chat", "id"),
    Index("ix_outbox_sent_as", "channel", "chat", "sent_as"),
    Index("ix_outbox_unsent", "channel", "chat", "id", sqlite_where=_UNSENT, postgresql_where=_UNSENT),
    Index("ix_outbox_waiting", "due_at", sqlite_where=_UNSENT, postgresql_where=_UNSENT),
    sqlite_autoincrement=True,
)

conversation = Table(
    "conversation",
    metadata,
    Column("id", Counter, primary_key=True),
    Column("channel", String(32), nullable=False),
    Column("chat", String(128), nullable=False),
    Column("user", String(128), nullable=False),
    Column("flow", String(32), nullable=False),
    Column("state", JSON, nullable=False),
    Column("updated_at", Instant, nullable=False),
    UniqueConstraint("channel", "chat", "user"),
    sqlite_autoincrement=True,
)

draft = Table(
    "draft",
    metadata,
    Column("id", Counter, primary_key=True),
    Column("person_id", ForeignKey("person.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("flow", String(32), nullable=False),
    Column("title", Text, nullable=False),
    Column("state", JSON, nullable=False),
    Column("held_by", BigInteger),  # the conversation it is open in
    Column("begun_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    sqlite_autoincrement=True,
)

reminder = Table(
    "reminder",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("key", String(128), nullable=False, unique=True),
    Column("person_id", ForeignKey("person.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("kind", String(32), nullable=False),
    Column("due_at", Instant, nullable=False, index=True),
    Column("minute", Integer),
    Column("weekdays", JSON, nullable=False),
    Column("payload", JSON, nullable=False),
)

login = Table(
    "login",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("person_id", ForeignKey("person.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("session", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
)

upload = Table(
    "upload",
    metadata,
    Column("id", Counter, primary_key=True),
    Column("channel", String(32), nullable=False),
    Column("chat", String(128), nullable=False),
    Column("ref", String(64), nullable=False),
    Column("name", Text, nullable=False),
    Column("media_type", String(128), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("kind", String(16), nullable=False),
    Column("uploaded_at", Instant, nullable=False),
    Index("ix_upload_chat", "channel", "chat", "ref"),
    sqlite_autoincrement=True,
)
