"""Footnotes stand below the text, and their places take nothing from the page's own."""

import re

from kb.documents.markdown.outline import Outline
from kb.documents.markdown.rendering import Page, Renderer

BODY = (
    "# A\n\nPay now[^pay], or later[^2] and[^pay].\n\n[^2]: *Within* a week.\n"
    "[^pay]: By card\n\n    or in cash.\n\n## What to say\n\nThank you.\n"
)


def page_of(body: str) -> Page:
    return Renderer().render(body, "a.md", lambda path: None, "A")


def shown(body: str) -> str:
    return "".join(part.html for part in page_of(body).parts)


def test_they_stand_in_a_part_of_their_own_below_all_in_the_order_of_the_text() -> None:
    *_, script, notes = page_of(BODY).parts
    assert script.kind == "script"
    assert "card" not in script.html
    assert notes.kind == "notes"
    assert notes.html.index("By card") < notes.html.index("or in cash") < notes.html.index("Within")


def test_references_and_notes_lead_to_each_other() -> None:
    made = shown(BODY)
    ids = re.findall(r'\sid="([^"]+)"', made)
    assert len(ids) == len(set(ids))
    targets = re.findall(r'href="#([^"]+)"', made)
    assert len(targets) == 6
    assert set(targets) <= set(ids)


def test_names_that_the_text_has_already_stay_with_it() -> None:
    made = shown('## Fn 1\n\n<li id="fn-2">x</li>\n\na[^1] b[^z]\n\n[^1]: one\n[^z]: two\n')
    ids = re.findall(r'\sid="([^"]+)"', made)
    assert len(ids) == len(set(ids))
    assert '<li id="fn-1-1">' in made


def test_a_link_made_elsewhere_leads_to_the_note() -> None:
    assert 'id="fn:pay"' in shown(BODY)
    assert "fn:pay" in Outline(BODY).places("A")


def test_a_note_that_nothing_refers_to_is_not_lost() -> None:
    assert "Never said" in shown("a[^1]\n\n[^1]: b\n[^x]: Never said\n")


def test_a_reference_without_a_note_is_text() -> None:
    assert "[^1]" in shown("a[^1]\n")
    assert Outline("a[^1]\n").sections("")[0].text == "a[^1]"


def test_they_are_searched_without_their_signs() -> None:
    text = Outline(BODY).sections("A")[0].text
    assert text == "Pay now, or later and.\nWithin a week.\nBy card\nor in cash."


def test_a_heading_with_a_note_is_called_by_its_words() -> None:
    page = page_of("## Fees[^1]\n\nx\n\n[^1]: note\n\n    ## Deep\n")
    assert [(each.text, each.anchor) for each in page.contents] == [("Fees", "fees")]
    assert 'href="#fn-1-ref"' not in page.parts[-1].html
