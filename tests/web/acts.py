"""What people do on the pages, in one line each, and a count of the SQL that it costs."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from html import unescape

from flask.testing import FlaskClient
from sqlalchemy import Engine, event
from werkzeug.test import TestResponse

from kb.parts import Parts


def version_of(parts: Parts, procedure_id: str) -> str:
    card = parts.catalogue.get(procedure_id)
    assert card is not None
    return card.procedure.version


def vote(client: FlaskClient, parts: Parts, helpful: str, **said: str) -> TestResponse:
    """Vote on SHP-014 as it is now."""
    form = {"helpful": helpful, "version": version_of(parts, "SHP-014"), **said}
    return client.post("/procedures/SHP-014/votes", data=form)


def ask(
    client: FlaskClient, q: str, department: str = "shipping", comment: str = ""
) -> TestResponse:
    return client.post("/requests", data={"q": q, "department": department, "comment": comment})


def answer(
    client: FlaskClient, item_id: int, reply: str = "Now it is there.", outcome: str = "corrected"
) -> TestResponse:
    return client.post(f"/inbox/{item_id}/answer", data={"reply": reply, "outcome": outcome})


def hidden(html: str, name: str) -> str:
    """The value of the first hidden field of that name."""
    tag = next(tag for tag in re.findall(r"<input[^>]*>", html) if f'name="{name}"' in tag)
    return unescape(re.search(r'value="([^"]*)"', tag)[1])


def tag_named(html: str, name: str) -> str:
    """The first field of that name in the page's main part that is shown."""
    tags = re.findall(r"<(?:input|select|textarea)[^>]*>", html[html.index("<main") :])
    return next(t for t in tags if f'name="{name}"' in t and 'type="hidden"' not in t)


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """The SQL statements that are sent meanwhile."""
    sent: list[str] = []

    def note(_connection, _cursor, statement, *_rest) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)
