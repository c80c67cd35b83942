"""The shelf of rendered texts: bounded, and the last asked for stay."""

from __future__ import annotations

from markupsafe import Markup

from kb.documents.markdown.rendering import Page, Part
from kb.procedures.model import Procedure
from kb.web.documents.rendered import Shelf, Text


def text(length: int) -> Text:
    part = Part("text", "", 0, "", Markup("x" * length))
    return Text(Procedure("A", "A", "a.md", "v"), (), Page((part,), ()))


def test_what_was_put_there_is_found() -> None:
    shelf, one = Shelf(), text(10)
    shelf.put("a", one)
    assert shelf.get("a") is one
    assert shelf.get("b") is None


def test_what_was_not_asked_for_the_longest_makes_room() -> None:
    shelf = Shelf(room=10_000)
    shelf.put("a", text(1_000))
    shelf.put("b", text(1_000))
    shelf.put("c", text(1_000))
    assert shelf.get("a")
    shelf.put("d", text(1_000))
    assert shelf.get("b") is None
    assert shelf.get("a")
    assert shelf.get("c")


def test_a_text_larger_than_the_shelf_is_not_kept() -> None:
    shelf = Shelf(room=10_000)
    shelf.put("a", text(20_000))
    assert shelf.get("a") is None
    shelf.put("b", text(10))
    assert shelf.get("b")


def test_putting_the_same_again_takes_no_more_room() -> None:
    shelf = Shelf(room=10_000)
    for _ in range(50):
        shelf.put("a", text(1_000))
    shelf.put("b", text(1_000))
    assert shelf.get("a")
