"""What Alembic runs: on the connection that kb.database.upgrade passes in, in its transaction."""

from __future__ import annotations

from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from kb.database import Moment, metadata


def _rendered(kind: str, column_type: object, _context: AutogenContext) -> str | Literal[False]:
    """A migration says what is in the database, whatever becomes of our own types."""
    return "sa.DateTime()" if kind == "type" and isinstance(column_type, Moment) else False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    render_item=_rendered,
)
with context.begin_transaction():
    context.run_migrations()
