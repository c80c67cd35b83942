"""The fields of front matter, each once; reading, form, catalogue and docs follow. Pure.

A new field is a line here, an attribute of Procedure, and a column of the catalogue's table.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from msgspec import Struct

from kb.documents.text import values
from kb.procedures.model import Keyword, Status

_LISTED = "One a line."


class Field(Struct, frozen=True):
    """One field, which is an attribute of Procedure by the same name.

    `read` takes what YAML gave and raises ValueError: then there is a fault of that `code`, and
    the field says `nothing`. The catalogue has it in a column of its name: `kept` makes the
    column's value of the attribute's and `made` the other way round, None where both are the same.
    `label` and `hint` are the form's; without a label it cannot be typed there. `several`: an item
    a line. `choice`: one of what is offered. `links`: names other procedures, and follows them
    when they move. `worded`: words in it are found and replaced.
    """

    name: str
    means: str
    label: str = ""
    hint: str = ""
    read: Callable[[Any], Any] = values.text
    code: str = "unusable-value"
    remedy: str = "write one line of text"
    nothing: Any = None
    kept: Callable[[Any], Any] | None = None
    made: Callable[[Any], Any] | None = None
    several: bool = False
    choice: bool = False
    links: bool = False
    worded: bool = False


def _list(name: str, means: str, label: str, hint: str = _LISTED, **more: Any) -> Field:
    usual: dict[str, Any] = {"read": values.texts, "kept": list, "made": tuple}
    remedy = "write a list of words"
    return Field(name, means, label, hint, **usual | more, remedy=remedy, nothing=(), several=True)


def _keywords(words: Any) -> tuple[Keyword, ...]:
    return tuple(map(Keyword, words))


# In the order in which they stand in a file. kb/documents/reading.py has the fallbacks of some.
FIELDS: dict[str, Field] = {
    field.name: field
    for field in (
        Field("id", "the name that never changes; made from the path when missing"),
        Field(
            "title",
            "what the procedure is called; the first heading when missing",
            "Title",
            "What reps call it: “Complaint: Late Shipment”.",
            worded=True,
        ),
        _list(
            "keywords",
            "words a rep would say; `Category: Topic` or plain",
            "Keywords",
            "What a customer or rep would say. One a line.",
            read=lambda value: _keywords(values.texts(value)),
            kept=lambda words: [word.text for word in words],
            made=_keywords,
            worded=True,
        ),
        Field(
            "department",
            "id of the owning department; that of the folder when missing",
            "Department",
            choice=True,
        ),
        Field(
            "owner",
            "e-mail address of the person who answers for it",
            "Owner",
            "A name or an e-mail address.",
            read=values.address,
        ),
        Field(
            "deputy",
            "e-mail address of the person who stands in for the owner",
            "Deputy",
            read=values.address,
        ),
        Field(
            "status",
            "draft, in review, published (when missing) or retired",
            "Status",
            kept=lambda status: status.value,
            made=Status,
            choice=True,
        ),
        Field(
            "reviewed",
            "the day its owner last confirmed that it is right",
            read=values.day,
            code="no-date",
            remedy="write it as 2025-03-31",
        ),
        Field(
            "review_every",
            "how long a review holds: `6 months`, `90 days`, `1 year`",
            "Review every",
            "Such as “6 months” or “90 days”.",
            read=values.days,
            code="no-period",
            remedy='write "6 months" or "90 days"',
        ),
        _list("audience", "whom it is for", "For whom"),
        _list(
            "related",
            "ids or paths of other procedures",
            "Related procedures",
            "Their ids. One a line.",
            links=True,
        ),
        _list(
            "finds",
            "searches that must show this procedure among the first three",
            "Searches that must find it",
            worded=True,
        ),
        Field("successor", "id or path of the procedure that replaces a retired one", links=True),
        Field("source", "where it was brought in from: workbook, sheet and key of its row"),
    )
}
TYPED = tuple(field for field in FIELDS.values() if field.label)


def linked(holder: object) -> tuple[tuple[str, str], ...]:
    """(Field, id or path) of all procedures that one, or its row, names in its fields."""
    found: list[tuple[str, str]] = []
    for field in (each for each in FIELDS.values() if each.links):
        value = getattr(holder, field.name)
        found += [(field.name, one) for one in (value if field.several else [value]) if one]
    return tuple(found)
