"""Root cause analyses."""

from sqlalchemy import JSON, Column, ForeignKey, Integer, String, Table, Text, UniqueConstraint

from records.tables.base import Counter, Instant, metadata

analysis = Table(
    "analysis",
    metadata,
    Column("id", Counter, primary_key=True),
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
    Column("id", Counter, primary_key=True),
    Column("analysis_id", ForeignKey("analysis.id", ondelete="CASCADE"), nullable=False),
    Column("person_id", ForeignKey("person.id", ondelete="CASCADE"), nullable=False, index=True),
    UniqueConstraint("analysis_id", "person_id"),
    sqlite_autoincrement=True,
)
