"""What each version says and when it was reviewed, so that changes since the review are known."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To columns that the next refresh fills, from files and history. The way back is a backup."""
    op.add_column("versions", sa.Column("reviewed", sa.Date(), nullable=True))
    for name in ("words", "vouched"):
        column = sa.Column(name, sa.String(length=12), server_default="", nullable=False)
        op.add_column("versions", column)
    op.add_column(
        "procedures",
        sa.Column("changed_since", sa.Boolean(), server_default=sa.false(), nullable=False),
    )
    op.execute("UPDATE procedures SET size = -1")  # a template's words are faults from now on
