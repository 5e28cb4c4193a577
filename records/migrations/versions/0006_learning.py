"""The course, quizzes, exams, certificates, and questions that admins add."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables of learning."""
    _course()
    _quizzes()
    _exams()
    op.create_table(
        "quiz_change",
        _counter(),
        sa.Column("topic", sa.String(32), nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("questions", sa.JSON, nullable=False),
        sa.Column("dropped", sa.JSON, nullable=False),
        _other("added_by"),
        sa.Column("added_at", _instant(), nullable=False),
        sa.Column("undone_at", _instant()),
        sqlite_autoincrement=True,
    )


def _instant() -> sa.DateTime:
    return sa.DateTime(timezone=True)


def _big() -> sa.types.TypeEngine[int]:
    return sa.BigInteger().with_variant(sa.Integer, "sqlite")


def _counter() -> sa.Column[int]:
    return sa.Column("id", _big(), primary_key=True)


def _other(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer, sa.ForeignKey("person.id", ondelete="SET NULL"))


def _person(*, key: bool = False) -> sa.Column[int]:
    there = sa.ForeignKey("person.id", ondelete="CASCADE")
    return sa.Column("person_id", sa.Integer, there, primary_key=key, nullable=False)


def _course() -> None:
    op.create_table(
        "enrolment",
        _person(key=True),
        sa.Column("started_on", sa.Date, nullable=False),
        sa.Column("pauses", sa.JSON, nullable=False),
        _other("mentor_id"),
        sa.Column("board", sa.Boolean, nullable=False),
        sa.Column("enrolled_at", _instant(), nullable=False),
    )
    op.create_index("ix_enrolment_mentor_id", "enrolment", ["mentor_id"])
    op.create_table(
        "day_done",
        _person(key=True),
        sa.Column("day", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("done_at", _instant(), nullable=False),
    )
    op.create_table(
        "hand_in",
        _counter(),
        _person(),
        sa.Column("day", sa.Integer, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("files", sa.JSON, nullable=False),
        sa.Column("sent_at", _instant(), nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("comment", sa.Text, nullable=False),
        _other("judged_by"),
        sa.Column("judged_at", _instant()),
        sqlite_autoincrement=True,
    )
    for name in ("person_id", "state"):
        op.create_index(f"ix_hand_in_{name}", "hand_in", [name])


def _quizzes() -> None:
    op.create_table(
        "quiz_round",
        _counter(),
        _person(),
        sa.Column("key", sa.String(64), nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("questions", sa.JSON, nullable=False),
        sa.Column("begun_at", _instant(), nullable=False),
        sa.Column("ended_at", _instant()),
        sa.UniqueConstraint("person_id", "key"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "card",
        _person(key=True),
        sa.Column("question", sa.String(64), primary_key=True),
        sa.Column("state", sa.JSON, nullable=False),
        sa.Column("due_at", _instant(), nullable=False),
        sa.Column("right", sa.Boolean, nullable=False),
        sa.Column("owed", sa.Integer, nullable=False),
        sa.Column("reviewed_on", sa.Date, nullable=False),
    )
    op.create_table(
        "answer",
        _counter(),
        _person(),
        sa.Column("source", sa.String(16), nullable=False),
        sa.Column("source_id", sa.BigInteger, nullable=False),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("question", sa.String(64), nullable=False),
        sa.Column("version", sa.String(12), nullable=False),
        sa.Column("topic", sa.String(32), nullable=False),
        sa.Column("first", sa.Boolean, nullable=False),
        sa.Column("right", sa.Boolean, nullable=False),
        sa.Column("given", sa.JSON, nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("at", _instant(), nullable=False),
        sa.UniqueConstraint("person_id", "source", "source_id", "position"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_answer_question", "answer", ["question", "version"])
    op.create_index("ix_answer_person", "answer", ["person_id", "question"])
    op.create_index("ix_answer_day", "answer", ["day"])
    op.create_table(
        "streak",
        _person(key=True),
        sa.Column("days", sa.Integer, nullable=False),
        sa.Column("best", sa.Integer, nullable=False),
        sa.Column("last", sa.Date),
        sa.Column("freezes", sa.Integer, nullable=False),
        sa.Column("toward", sa.Integer, nullable=False),
    )


def _exams() -> None:
    op.create_table(
        "exam",
        _counter(),
        _person(),
        sa.Column("key", sa.String(32), nullable=False),
        sa.Column("day", sa.Date, nullable=False),
        sa.Column("questions", sa.JSON, nullable=False),
        sa.Column("pass_mark", sa.Float, nullable=False),
        sa.Column("begun_at", _instant(), nullable=False),
        sa.Column("ends_at", _instant(), nullable=False),
        sa.Column("handed_in_at", _instant()),
        sa.Column("score", sa.Float),
        sa.Column("passed", sa.Boolean),
        sa.UniqueConstraint("person_id", "key", "day"),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "exam_answer",
        sa.Column("exam_id", _big(), sa.ForeignKey("exam.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("position", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("given", sa.JSON, nullable=False),
        sa.Column("at", _instant(), nullable=False),
    )
    op.create_table(
        "certificate",
        sa.Column("number", sa.String(32), primary_key=True),
        sa.Column("person_id", sa.Integer, sa.ForeignKey("person.id", ondelete="SET NULL"), unique=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("course", sa.Text, nullable=False),
        sa.Column("score", sa.Float, nullable=False),
        sa.Column("issued_on", sa.Date, nullable=False),
        sa.Column("issued_at", _instant(), nullable=False),
    )
