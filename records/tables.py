"""Every table of the records, as SQLAlchemy Core describes it."""

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    UniqueConstraint,
    text,
)

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(column_0_label)s",
        "uq": "uq_%(table_name)s_%(column_0_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Instant(TypeDecorator[datetime]):
    """A moment in UTC; refuses times without a zone, returns times with one on every database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Any aware time, as UTC."""
        if value is not None and value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone")
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: Any | None, dialect: Dialect) -> datetime | None:
        """SQLite forgets the zone; it is UTC."""
        return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


_WAITING, _UNSENT = text("handled_at IS NULL"), text("ended_at IS NULL")
# SQLite counts up by itself only in an INTEGER column
_Counter = BigInteger().with_variant(Integer, "sqlite")

library = Table(
    "library",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("uid", String(32), nullable=False),
    Column("revision", Integer, nullable=False),
)

document = Table(
    "document",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("title", Text, nullable=False),
    Column("version", Text, nullable=False),
    Column("effective", Date),
    Column("audience", JSON, nullable=False),
    Column("source", Text, nullable=False),
    Column("digest", String(80), nullable=False),
    Column("bundled", Boolean, nullable=False),
    Column("revision", Integer, nullable=False),
    Column("passages", Integer, nullable=False),
    Column("warnings", JSON, nullable=False),
    Column("added_at", Instant, nullable=False),
)

section = Table(
    "section",
    metadata,
    Column("key", String(32), primary_key=True),
    Column("document_id", ForeignKey("document.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("position", Integer, nullable=False),
    Column("path", JSON, nullable=False),
    Column("text", Text, nullable=False),
    Column("page", Integer),
    Column("breaks", JSON, nullable=False),
)

question = Table(
    "question",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("asked_at", Instant, nullable=False, index=True),
    Column("channel", String(32), nullable=False),
    Column("chat", String(128), nullable=False, index=True),
    Column("person", String(128), nullable=False),
    Column("text", Text, nullable=False),
    Column("searched", Text, nullable=False),
    Column("answered", Boolean, nullable=False),
    Column("answer", Text, nullable=False),
    Column("citations", JSON, nullable=False),
    Column("nearest", JSON, nullable=False),
    Column("faq_id", Integer),
    Column("message", String(160), unique=True),  # written up to revision 0001; the inbox has it now
    Column("seconds", Float, nullable=False),
)

verdict = Table(
    "verdict",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("question_id", ForeignKey("question.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("person", String(128), nullable=False),
    Column("given_at", Instant, nullable=False),
    Column("verdict", String(16), nullable=False),
    UniqueConstraint("question_id", "person"),
)

faq = Table(
    "faq",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("question", Text, nullable=False, unique=True),
    Column("answer", Text, nullable=False),
    Column("author", Text, nullable=False),
    Column("written_at", Instant, nullable=False),
    Column("uses", Integer, nullable=False),
)

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
    Column("id", _Counter, primary_key=True),
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
    Column("id", _Counter, primary_key=True),
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
    Column("id", _Counter, primary_key=True),
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
    Column("id", _Counter, primary_key=True),
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
    Column("id", _Counter, primary_key=True),
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

checklist = Table(
    "checklist",
    metadata,
    Column("id", _Counter, primary_key=True),
    Column("key", String(32), nullable=False, index=True),
    Column("version", String(16), nullable=False),
    Column("name", Text, nullable=False),
    Column("payload", JSON, nullable=False),
    Column("retired", Boolean, nullable=False),
    Column("added_by", ForeignKey("person.id", ondelete="SET NULL")),
    Column("added_at", Instant, nullable=False),
    Column("undone_at", Instant),
    sqlite_autoincrement=True,
)

action = Table(
    "action",
    metadata,
    Column("id", _Counter, primary_key=True),
    Column("store_id", ForeignKey("store.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("title", Text, nullable=False),
    Column("source", String(16), nullable=False),
    Column("source_id", BigInteger),
    Column("item_key", String(160), nullable=False),
    Column("severity", Integer, nullable=False),
    Column("state", String(16), nullable=False),
    Column("owner_id", ForeignKey("person.id", ondelete="SET NULL"), index=True),
    Column("measure", Text, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("created_by", ForeignKey("person.id", ondelete="SET NULL")),
    Column("repeat", Integer, nullable=False),
    Column("before", JSON, nullable=False),
    Column("after", JSON, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("fixed_by", ForeignKey("person.id", ondelete="SET NULL")),
    Column("fixed_at", Instant),
    Column("judged_by", ForeignKey("person.id", ondelete="SET NULL")),
    Column("closed_at", Instant),
    Column("returned", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Index("ix_action_state", "state", "due_at"),
    Index("ix_action_source", "source", "source_id"),
    sqlite_autoincrement=True,
)

action_change = Table(
    "action_change",
    metadata,
    Column("id", _Counter, primary_key=True),
    Column("action_id", ForeignKey("action.id", ondelete="CASCADE"), nullable=False),
    Column("version", Integer, nullable=False),
    Column("person_id", ForeignKey("person.id", ondelete="SET NULL")),
    Column("at", Instant, nullable=False),
    Column("verb", String(16), nullable=False),
    Column("reason", Text, nullable=False),
    Column("old", JSON, nullable=False),
    Column("new", JSON, nullable=False),
    UniqueConstraint("action_id", "version"),
    sqlite_autoincrement=True,
)

photo = Table(
    "photo",
    metadata,
    Column("id", _Counter, primary_key=True),
    Column("ref", String(64), nullable=False, index=True),
    Column("shown", String(64), nullable=False),
    Column("thumb", String(64), nullable=False),
    Column("store_id", ForeignKey("store.id", ondelete="CASCADE"), index=True),
    Column("person_id", ForeignKey("person.id", ondelete="SET NULL"), index=True),
    Column("received_at", Instant, nullable=False),
    Column("taken_at", Instant),
    Column("latitude", Float),
    Column("longitude", Float),
    Column("camera", Text, nullable=False),
    Column("software", Text, nullable=False),
    Column("exif", JSON, nullable=False),
    Column("media_type", String(64), nullable=False),
    Column("size", BigInteger, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("flags", JSON, nullable=False),
    Column("same_as", ForeignKey("photo.id", ondelete="SET NULL")),
    Column("metres", Float),
    Column("code", String(8), nullable=False),
    Column("live", Boolean),
    Column("fingerprint", LargeBinary, nullable=False),
    sqlite_autoincrement=True,
)

store_check = Table(
    "store_check",
    metadata,
    Column("id", _Counter, primary_key=True),
    Column("store_id", ForeignKey("store.id", ondelete="CASCADE"), nullable=False),
    Column("person_id", ForeignKey("person.id", ondelete="SET NULL"), index=True),
    Column("list_key", String(32), nullable=False),
    Column("list_name", Text, nullable=False),
    Column("checklist", JSON, nullable=False),
    Column("rules", JSON, nullable=False),
    Column("started_at", Instant, nullable=False),
    Column("finished_at", Instant, nullable=False, index=True),
    Column("total", Float, nullable=False),
    Column("grade", String(16), nullable=False),
    Column("passed", Boolean, nullable=False),
    Column("state", String(16), nullable=False),
    Column("replied_by", ForeignKey("person.id", ondelete="SET NULL")),
    Column("replied_at", Instant),
    Column("objection", Text, nullable=False),
    Column("settled_by", ForeignKey("person.id", ondelete="SET NULL")),
    Column("settled_at", Instant),
    Column("settlement", Text, nullable=False),
    Index("ix_store_check_store", "store_id", "list_key", "finished_at"),
    sqlite_autoincrement=True,
)

check_mark = Table(
    "check_mark",
    metadata,
    Column("check_id", ForeignKey("store_check.id", ondelete="CASCADE"), primary_key=True),
    Column("item_key", String(64), primary_key=True),
    Column("value", JSON, nullable=False),
    Column("skipped", Boolean, nullable=False),
    Column("failed", Boolean, nullable=False),
    Column("times", Integer, nullable=False),
    Column("note", Text, nullable=False),
    Column("photos", JSON, nullable=False),
)

spot = Table(
    "spot",
    metadata,
    Column("id", _Counter, primary_key=True),
    Column("store_id", ForeignKey("store.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("items", JSON, nullable=False),
    Column("sample", ForeignKey("photo.id", ondelete="SET NULL")),
    Column("code", String(8), nullable=False),
    Column("created_by", ForeignKey("person.id", ondelete="SET NULL"), index=True),
    Column("created_at", Instant, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("state", String(16), nullable=False),
    Column("round", Integer, nullable=False),
    Column("sent_by", ForeignKey("person.id", ondelete="SET NULL")),
    Column("sent_at", Instant),
    Column("judged_by", ForeignKey("person.id", ondelete="SET NULL")),
    Column("judged_at", Instant),
    Column("reason", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Index("ix_spot_state", "state", "due_at"),
    sqlite_autoincrement=True,
)

spot_photo = Table(
    "spot_photo",
    metadata,
    Column("spot_id", ForeignKey("spot.id", ondelete="CASCADE"), primary_key=True),
    Column("photo_id", ForeignKey("photo.id", ondelete="CASCADE"), primary_key=True, index=True),
    Column("round", Integer, nullable=False),
)

spot_plan = Table(
    "spot_plan",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("created_by", ForeignKey("person.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("created_at", Instant, nullable=False),
    Column("stores", JSON, nullable=False),
    Column("items", JSON, nullable=False),
    Column("weekdays", JSON, nullable=False),
    Column("minute", Integer, nullable=False),
    Column("hours", Float, nullable=False),
    Column("seed", String(32), nullable=False),
)

analysis = Table(
    "analysis",
    metadata,
    Column("id", _Counter, primary_key=True),
    Column("kind", String(32), nullable=False),
    Column("store_id", ForeignKey("store.id", ondelete="CASCADE"), index=True),
    Column("person_id", ForeignKey("person.id", ondelete="SET NULL"), index=True),
    Column("title", Text, nullable=False),
    Column("content", JSON, nullable=False),
    Column("state", String(16), nullable=False),
    Column("version", Integer, nullable=False),
    Column("source_id", ForeignKey("analysis.id", ondelete="SET NULL")),
    Column("ask_at", Instant),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False, index=True),
    Column("done_at", Instant),
    sqlite_autoincrement=True,
)

analysis_version = Table(
    "analysis_version",
    metadata,
    Column("analysis_id", ForeignKey("analysis.id", ondelete="CASCADE"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("person_id", ForeignKey("person.id", ondelete="SET NULL")),
    Column("at", Instant, nullable=False),
    Column("content", JSON, nullable=False),
)

analyst = Table(
    "analyst",
    metadata,
    Column("id", _Counter, primary_key=True),
    Column("analysis_id", ForeignKey("analysis.id", ondelete="CASCADE"), nullable=False),
    Column("person_id", ForeignKey("person.id", ondelete="CASCADE"), nullable=False, index=True),
    UniqueConstraint("analysis_id", "person_id"),
    sqlite_autoincrement=True,
)

enrolment = Table(
    "enrolment",
    metadata,
    Column("person_id", ForeignKey("person.id", ondelete="CASCADE"), primary_key=True),
    Column("started_on", Date, nullable=False),
    Column("pauses", JSON, nullable=False),
    Column("mentor_id", ForeignKey("person.id", ondelete="SET NULL"), index=True),
    Column("board", Boolean, nullable=False),
    Column("enrolled_at", Instant, nullable=False),
)

day_done = Table(
    "day_done",
    metadata,
    Column("person_id", ForeignKey("person.id", ondelete="CASCADE"), primary_key=True),
    Column("day", Integer, primary_key=True, autoincrement=False),
    Column("done_at", Instant, nullable=False),
)

hand_in = Table(
    "hand_in",
    metadata,
    Column("id", _Counter, primary_key=True),
    Column("person_id", ForeignKey("person.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("day", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("files", JSON, nullable=False),
    Column("sent_at", Instant, nullable=False),
    Column("state", String(16), nullable=False, index=True),
    Column("comment", Text, nullable=False),
    Column("judged_by", ForeignKey("person.id", ondelete="SET NULL")),
    Column("judged_at", Instant),
    sqlite_autoincrement=True,
)

quiz_round = Table(
    "quiz_round",
    metadata,
    Column("id", _Counter, primary_key=True),
    Column("person_id", ForeignKey("person.id", ondelete="CASCADE"), nullable=False),
    Column("key", String(64), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("day", Date, nullable=False),
    Column("questions", JSON, nullable=False),
    Column("begun_at", Instant, nullable=False),
    Column("ended_at", Instant),
    UniqueConstraint("person_id", "key"),
    sqlite_autoincrement=True,
)

card = Table(
    "card",
    metadata,
    Column("person_id", ForeignKey("person.id", ondelete="CASCADE"), primary_key=True),
    Column("question", String(64), primary_key=True),
    Column("state", JSON, nullable=False),
    Column("due_at", Instant, nullable=False),
    Column("right", Boolean, nullable=False),
    Column("owed", Integer, nullable=False),
    Column("reviewed_on", Date, nullable=False),
)

answer = Table(
    "answer",
    metadata,
    Column("id", _Counter, primary_key=True),
    Column("person_id", ForeignKey("person.id", ondelete="CASCADE"), nullable=False),
    Column("source", String(16), nullable=False),
    Column("source_id", BigInteger, nullable=False),
    Column("position", Integer, nullable=False),
    Column("question", String(64), nullable=False),
    Column("version", String(12), nullable=False),
    Column("topic", String(32), nullable=False),
    Column("first", Boolean, nullable=False),
    Column("right", Boolean, nullable=False),
    Column("given", JSON, nullable=False),
    Column("day", Date, nullable=False),
    Column("at", Instant, nullable=False),
    UniqueConstraint("person_id", "source", "source_id", "position"),
    Index("ix_answer_question", "question", "version"),
    Index("ix_answer_person", "person_id", "question"),
    Index("ix_answer_day", "day"),
    sqlite_autoincrement=True,
)

streak = Table(
    "streak",
    metadata,
    Column("person_id", ForeignKey("person.id", ondelete="CASCADE"), primary_key=True),
    Column("days", Integer, nullable=False),
    Column("best", Integer, nullable=False),
    Column("last", Date),
    Column("freezes", Integer, nullable=False),
    Column("toward", Integer, nullable=False),
)

exam = Table(
    "exam",
    metadata,
    Column("id", _Counter, primary_key=True),
    Column("person_id", ForeignKey("person.id", ondelete="CASCADE"), nullable=False),
    Column("key", String(32), nullable=False),
    Column("day", Date, nullable=False),
    Column("questions", JSON, nullable=False),
    Column("pass_mark", Float, nullable=False),
    Column("begun_at", Instant, nullable=False),
    Column("ends_at", Instant, nullable=False),
    Column("handed_in_at", Instant),
    Column("score", Float),
    Column("passed", Boolean),
    UniqueConstraint("person_id", "key", "day"),
    sqlite_autoincrement=True,
)

exam_answer = Table(
    "exam_answer",
    metadata,
    Column("exam_id", ForeignKey("exam.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True, autoincrement=False),
    Column("given", JSON, nullable=False),
    Column("at", Instant, nullable=False),
)

certificate = Table(
    "certificate",
    metadata,
    Column("number", String(32), primary_key=True),
    Column("person_id", ForeignKey("person.id", ondelete="SET NULL"), unique=True),
    Column("name", Text, nullable=False),
    Column("course", Text, nullable=False),
    Column("score", Float, nullable=False),
    Column("issued_on", Date, nullable=False),
    Column("issued_at", Instant, nullable=False),
)

quiz_change = Table(
    "quiz_change",
    metadata,
    Column("id", _Counter, primary_key=True),
    Column("topic", String(32), nullable=False),
    Column("name", Text, nullable=False),
    Column("questions", JSON, nullable=False),
    Column("dropped", JSON, nullable=False),
    Column("added_by", ForeignKey("person.id", ondelete="SET NULL")),
    Column("added_at", Instant, nullable=False),
    Column("undone_at", Instant),
    sqlite_autoincrement=True,
)
