"""The course, quizzes, exams and certificates."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from records.tables.base import Counter, Instant, metadata

enrolment = Table(
    "enrolment",
    metadata,
    Column("person_id", ForeignKey("person.id", ondelete="CASCADE"), primary_key=True),
    Column("started_on", Date, nullable=False),
    Column("pauses", JSON, nullable=False),
    Column("mentor_id", ForeignKey("person.id", ondelete="SET NULL"), index=True),
    Column("board", Boolean, nullable=False),
    Column("enrolled_at", Instant, nullable=False),
    Column("asked_first", Date),
    Column("asked_last", Date),
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
    Column("id", Counter, primary_key=True),
    Column("person_id", ForeignKey("person.id", ondelete="CASCADE"), nullable=False, index=True),
    Column("day", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("files", JSON, nullable=False),
    Column("sent_at", Instant, nullable=False),
    Column("state", String(16), nullable=False, index=True),
    Column("comment", Text, nullable=False),
    Column("judged_by", ForeignKey("person.id", ondelete="SET NULL")),
    Column("judged_at", Instant),
    Column("score", Float),
    sqlite_autoincrement=True,
)

quiz_round = Table(
    "quiz_round",
    metadata,
    Column("id", Counter, primary_key=True),
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
    Column("id", Counter, primary_key=True),
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
    Column("id", Counter, primary_key=True),
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
    Column("id", Counter, primary_key=True),
    Column("topic", String(32), nullable=False),
    Column("name", Text, nullable=False),
    Column("questions", JSON, nullable=False),
    Column("dropped", JSON, nullable=False),
    Column("added_by", ForeignKey("person.id", ondelete="SET NULL")),
    Column("added_at", Instant, nullable=False),
    Column("undone_at", Instant),
    sqlite_autoincrement=True,
)
