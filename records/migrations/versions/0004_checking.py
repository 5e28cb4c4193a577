"""Store checks: lists, checks, photos, spot checks, actions, and conversations that are kept."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables of checking."""
    _checklists()
    _actions()
    _photos()
    _spots()
    _checks()


def _instant() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def _big() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer, "sqlite")


def _counter() -> sa.Column[int]:
    return sa.Column("id", _big(), primary_key=True)


def _person(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, sa.ForeignKey("person.id", ondelete="SET NULL"))


def _checklists() -> None:
    op.create_table(
        "checklist",
        _counter(),
        sa.Column("key", sa.String(32), nullable=False),
        sa.Column("version", sa.String(16), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("payload", sa.JSON, nullable=False),
        sa.Column("retired", sa.Boolean, nullable=False),
        _person("added_by"),
        sa.Column("added_at", _instant(), nullable=False),
        sa.Column("undone_at", _instant()),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_checklist_key", "checklist", ["key"])


def _actions() -> None:
    op.create_table(
        "action",
        _counter(),
        sa.Column("store_id", sa.Integer, sa.ForeignKey("store.id", ondelete="CASCADE"), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("source", sa.String(16), nullable=False),
        sa.Column("source_id", sa.BigInteger),
        sa.Column("item_key", sa.String(160), nullable=False),
        sa.Column("severity", sa.Integer, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        _person("owner_id"),
        sa.Column("measure", sa.Text, nullable=False),
        sa.Column("due_at", _instant(), nullable=False),
        sa.Column("created_at", _instant(), nullable=False),
        _person("created_by"),
        sa.Column("repeat", sa.Integer, nullable=False),
        sa.Column("before", sa.JSON, nullable=False),
        sa.Column("after", sa.JSON, nullable=False),
        sa.Column("evidence", sa.Text, nullable=False),
        _person("fixed_by"),
        sa.Column("fixed_at", _instant()),
        _person("judged_by"),
        sa.Column("closed_at", _instant()),
        sa.Column("returned", sa.Integer, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_action_store_id", "action", ["store_id"])
    op.create_index("ix_action_owner_id", "action", ["owner_id"])
    op.create_index("ix_action_state", "action", ["state", "due_at"])
    op.create_index("ix_action_source", "action", ["source", "source_id"])
    op.create_table(
        "action_change",
        _counter(),
        sa.Column("action_id", _big(), sa.ForeignKey("action.id", ondelete="CASCADE"), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        _person("person_id"),
        sa.Column("at", _instant(), nullable=False),
        sa.Column("verb", sa.String(16), nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("old", sa.JSON, nullable=False),
        sa.Column("new", sa.JSON, nullable=False),
        sa.UniqueConstraint("action_id", "version"),
        sqlite_autoincrement=True,
    )


def _photos() -> None:
    op.create_table(
        "photo",
        _counter(),
        sa.Column("ref", sa.String(64), nullable=False),
        sa.Column("shown", sa.String(64), nullable=False),
        sa.Column("thumb", sa.String(64), nullable=False),
        sa.Column("store_id", sa.Integer, sa.ForeignKey("store.id", ondelete="CASCADE")),
        _person("person_id"),
        sa.Column("received_at", _instant(), nullable=False),
        sa.Column("taken_at", _instant()),
        sa.Column("latitude", sa.Float),
        sa.Column("longitude", sa.Float),
        sa.Column("camera", sa.Text, nullable=False),
        sa.Column("software", sa.Text, nullable=False),
        sa.Column("exif", sa.JSON, nullable=False),
        sa.Column("media_type", sa.String(64), nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("width", sa.Integer, nullable=False),
        sa.Column("height", sa.Integer, nullable=False),
        sa.Column("flags", sa.JSON, nullable=False),
        sa.Column("same_as", _big(), sa.ForeignKey("photo.id", ondelete="SET NULL")),
        sa.Column("metres", sa.Float),
        sa.Column("code", sa.String(8), nullable=False),
        sa.Column("live", sa.Boolean),
        sa.Column("fingerprint", sa.LargeBinary, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_photo_ref", "photo", ["ref"])
    op.create_index("ix_photo_store_id", "photo", ["store_id"])
    op.create_index("ix_photo_person_id", "photo", ["person_id"])


def _checks() -> None:
    op.create_table(
        "draft",
        _counter(),
        sa.Column("person_id", sa.Integer, sa.ForeignKey("person.id", ondelete="CASCADE"), nullable=False),
        sa.Column("flow", sa.String(32), nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("state", sa.JSON, nullable=False),
        sa.Column("held_by", sa.BigInteger),
        sa.Column("begun_at", _instant(), nullable=False),
        sa.Column("updated_at", _instant(), nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_draft_person_id", "draft", ["person_id"])
    op.create_table(
        "store_check",
        _counter(),
        sa.Column("store_id", sa.Integer, sa.ForeignKey("store.id", ondelete="CASCADE"), nullable=False),
        _person("person_id"),
        sa.Column("list_key", sa.String(32), nullable=False),
        sa.Column("list_name", sa.Text, nullable=False),
        sa.Column("checklist", sa.JSON, nullable=False),
        sa.Column("rules", sa.JSON, nullable=False),
        sa.Column("started_at", _instant(), nullable=False),
        sa.Column("finished_at", _instant(), nullable=False),
        sa.Column("total", sa.Float, nullable=False),
        sa.Column("grade", sa.String(16), nullable=False),
        sa.Column("passed", sa.Boolean, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        _person("replied_by"),
        sa.Column("replied_at", _instant()),
        sa.Column("objection", sa.Text, nullable=False),
        _person("settled_by"),
        sa.Column("settled_at", _instant()),
        sa.Column("settlement", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_store_check_store", "store_check", ["store_id", "list_key", "finished_at"])
    op.create_index("ix_store_check_person_id", "store_check", ["person_id"])
    op.create_index("ix_store_check_finished_at", "store_check", ["finished_at"])
    op.create_table(
        "check_mark",
        sa.Column("check_id", _big(), sa.ForeignKey("store_check.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("item_key", sa.String(64), primary_key=True),
        sa.Column("value", sa.JSON, nullable=False),
        sa.Column("skipped", sa.Boolean, nullable=False),
        sa.Column("failed", sa.Boolean, nullable=False),
        sa.Column("times", sa.Integer, nullable=False),
        sa.Column("note", sa.Text, nullable=False),
        sa.Column("photos", sa.JSON, nullable=False),
    )


def _spots() -> None:
    op.create_table(
        "spot",
        _counter(),
        sa.Column("store_id", sa.Integer, sa.ForeignKey("store.id", ondelete="CASCADE"), nullable=False),
        sa.Column("items", sa.JSON, nullable=False),
        sa.Column("sample", _big(), sa.ForeignKey("photo.id", ondelete="SET NULL")),
        sa.Column("code", sa.String(8), nullable=False),
        _person("created_by"),
        sa.Column("created_at", _instant(), nullable=False),
        sa.Column("due_at", _instant(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("round", sa.Integer, nullable=False),
        _person("sent_by"),
        sa.Column("sent_at", _instant()),
        _person("judged_by"),
        sa.Column("judged_at", _instant()),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_spot_store_id", "spot", ["store_id"])
    op.create_index("ix_spot_created_by", "spot", ["created_by"])
    op.create_index("ix_spot_state", "spot", ["state", "due_at"])
    op.create_table(
        "spot_photo",
        sa.Column("spot_id", _big(), sa.ForeignKey("spot.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("photo_id", _big(), sa.ForeignKey("photo.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("round", sa.Integer, nullable=False),
    )
    op.create_index("ix_spot_photo_photo_id", "spot_photo", ["photo_id"])
    op.create_table(
        "spot_plan",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("created_by", sa.Integer, sa.ForeignKey("person.id", ondelete="CASCADE"), nullable=False),
        sa.Column("created_at", _instant(), nullable=False),
        sa.Column("stores", sa.JSON, nullable=False),
        sa.Column("items", sa.JSON, nullable=False),
        sa.Column("weekdays", sa.JSON, nullable=False),
        sa.Column("minute", sa.Integer, nullable=False),
        sa.Column("hours", sa.Float, nullable=False),
        sa.Column("seed", sa.String(32), nullable=False),
    )
    op.create_index("ix_spot_plan_created_by", "spot_plan", ["created_by"])
