"""Whose inbox an item is in: unknown and not-yours look alike."""

from __future__ import annotations

from flask import abort

from kb.feedback.model import Item
from kb.web import access
from kb.web.pages import parts


def mine_or_404(item_id: int) -> Item:
    """The item, if it is in one's inbox."""
    found = parts().inbox.get(item_id, access.answering().departments)
    if found is None:
        abort(404)
    return found
