"""What somebody is told of a must-read."""

from __future__ import annotations

from kb.notices.kinds import Kind
from kb.notices.sql.queue import Notice


def told(
    person_id: int, key: str, title: str, text: str, link: str, procedure_id: str | None = None
) -> Notice:
    """To be queued in the transaction of what it tells; the same key is told once."""
    return Notice(person_id, Kind.MUST_READ, key, title, text, link, procedure_id)
