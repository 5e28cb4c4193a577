"""Root cause analyses, their teams and their finished versions."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables of analyses."""
    op.create_table(
        "analysis",
        sa.Column("id", _big(), primary_key=True),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("store_id", sa.Integer, sa.ForeignKey("store.id", ondelete="CASCADE")),
        _person("person_id"),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("content", sa.JSON, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("source_id", _big(), sa.ForeignKey("analysis.id", ondelete="SET NULL")),
        sa.Column("ask_at", _instant()),
        sa.Column("created_at", _instant(), nullable=False),
        sa.Column("updated_at", _instant(), nullable=False),
        sa.Column("done_at", _instant()),
        sqlite_autoincrement=True,
    )
    for name in ("store_id", "person_id", "updated_at"):
        op.create_index(f"ix_analysis_{name}", "analysis", [name])
    op.create_table(
        "analysis_version",
        sa.Column("analysis_id", _big(), sa.ForeignKey("analysis.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        _person("person_id"),
        sa.Column("at", _instant(), nullable=False),
        sa.Column("content", sa.JSON, nullable=False),
    )
    op.create_table(
        "analyst",
        sa.Column("id", _big(), primary_key=True),
        sa.Column("analysis_id", _big(), sa.ForeignKey("analysis.id", ondelete="CASCADE"), nullable=False),
        sa.Column("person_id", sa.Integer, sa.ForeignKey("person.id", ondelete="CASCADE"), nullable=False),
        sa.UniqueConstraint("analysis_id", "person_id"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_analyst_person_id", "analyst", ["person_id"])


def _big() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer, "sqlite")


def _instant() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def _person(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, sa.ForeignKey("person.id", ondelete="SET NULL"))
