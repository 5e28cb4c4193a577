"""Homework that a phase ends with has points; a learner may ask for days off."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Three columns more; what was judged before has no points."""
    op.add_column("hand_in", sa.Column("score", sa.Float()))
    op.add_column("enrolment", sa.Column("asked_first", sa.Date()))
    op.add_column("enrolment", sa.Column("asked_last", sa.Date()))
