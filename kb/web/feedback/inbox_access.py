"""Whose inbox an item is in, and the way back to the list: unknown and not-yours look alike."""

from __future__ import annotations

import re

from flask import abort, request, url_for

from kb.feedback.model import Item
from kb.web.site import access
from kb.web.site.pages import parts

QUERY = re.compile(r"[\w=&%+.~-]{0,2000}", re.ASCII)  # what may stand behind the ? of the list


def mine_or_404(item_id: int) -> Item:
    """The item, if it is in one's inbox."""
    found = parts().feedback.inbox.get(item_id, access.answering().departments)
    if found is None:
        abort(404)
    return found


def listed(query: str | None = None) -> str:
    """The list where it was done: the form's `then` is what stood behind its ?."""
    asked = request.form.get("then", "") if query is None else query
    behind = f"?{asked}" if asked and QUERY.fullmatch(asked) else ""
    return f"{url_for('inbox.listing')}{behind}"
