"""Documents, and what was asked of them."""

from sqlalchemy import JSON, Boolean, Column, Date, Float, ForeignKey, Integer, String, Table, Text, UniqueConstraint

from records.tables.base import Instant, metadata

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
