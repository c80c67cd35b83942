"""Who is told of a step, and in what words: notices, queued with the step itself. Pure.

Each is keyed by its event, so that nobody is told twice of the same.
"""

from __future__ import annotations

from kb import page_addresses
from kb.feedback.model import Item, Kind, Route
from kb.notices.kinds import Kind as Told
from kb.notices.sql.queue import Notice

_LONGEST_TITLE = 200


def reporter(item: Item, event_id: int, title: str, words: str, by_id: int | None) -> list[Notice]:
    """Word back to who asked, unless they did it themselves."""
    if item.reporter_id == by_id:
        return []
    link = page_addresses.question(item.id)
    return [_notice(item, item.reporter_id, Told.ANSWER, event_id, title, words, link)]


def department(
    item: Item, event_id: int, route: Route, title: str, words: str, by_id: int | None
) -> list[Notice]:
    """Word to who works on it, else to who hears of it first in its department."""
    working = item.assignee_id if item.assignee_id in route.able else None
    told = (working,) if working is not None else route.tell
    return people(item, event_id, told, title, words, by_id)


def people(
    item: Item, event_id: int, told: tuple[int, ...], title: str, words: str, by_id: int | None
) -> list[Notice]:
    """Word to these people, save the one who did it."""
    link = page_addresses.inbox_item(item.id)
    return [
        _notice(item, person_id, Told.QUESTION, event_id, title, words, link)
        for person_id in dict.fromkeys(told)
        if person_id != by_id
    ]


def news(item: Item) -> str:
    """What a new item is about, as a title."""
    if item.kind is Kind.REQUEST:
        return f"{item.reporter} could not find {item.title}"
    return f"{item.reporter} says “{item.reason or 'did not help'}” about {item.title}"


def _notice(
    item: Item, person_id: int, kind: Told, event_id: int, title: str, words: str, link: str
) -> Notice:
    return Notice(
        person_id=person_id,
        kind=kind,
        key=f"item:{item.id}:{event_id}",
        title=title.replace("\n", " ")[:_LONGEST_TITLE],
        text=words,
        link=link,
        procedure_id=item.procedure_id,
        department=item.department if kind == Told.QUESTION else None,
    )
