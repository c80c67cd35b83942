"""Which text a reviewer was shown when they approved it, so that no other one goes up.

Revision ID: 0017
Revises: 0016
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """To one column. What waits for its time goes up if nobody else changed its file."""
    op.add_column("submissions", sa.Column("approved_text", sa.String(length=64)))
