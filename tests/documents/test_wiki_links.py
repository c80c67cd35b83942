"""Links in double brackets lead to pages by id, title or file name."""

import pytest

from kb.documents.markdown.links import candidates, name_key
from kb.documents.markdown.outline import Outline
from kb.documents.markdown.rendering import Renderer

PAGES = {name_key("Damaged Goods"): "/p/1", "claims/damaged.md": "/p/1", "CLM-7": "/p/7"}


def shown(body: str) -> str:
    parts = Renderer().render(body, "claims/here.md", PAGES.get).parts
    return "".join(part.html for part in parts)


@pytest.mark.parametrize(
    ("body", "made"),
    [
        ("[[damaged goods]]", 'href="/p/1" rel="noopener noreferrer">damaged goods</a>'),
        ("[[Damaged-Goods|broken]]", 'href="/p/1" rel="noopener noreferrer">broken</a>'),
        ("[[damaged]]", 'href="/p/1"'),
        ("[[claims/damaged.md]]", 'href="/p/1"'),
        ("[[CLM-7#What to say]]", 'href="/p/7#what-to-say"'),
        ("| a |\n|---|\n| [[CLM-7\\|seven]] |", ">seven</a>"),
        ("[[#Last words]]\n\n## Last words", 'href="#last-words"'),
    ],
)
def test_a_wiki_link_leads_to_its_page(body: str, made: str) -> None:
    assert made in shown(body)


def test_one_that_leads_nowhere_is_marked() -> None:
    assert '<span class="not-found" title="not found">No page</span>' in shown("[[No page]]")


def test_brackets_in_code_are_text() -> None:
    assert "[[damaged goods]]" in shown("`[[damaged goods]]`")
    assert "[[" in shown("\\[[damaged goods]]")


def test_the_words_of_the_link_are_searched() -> None:
    (section,) = Outline("See [[Damaged Goods|broken things]] now.").sections("")
    assert section.text == "See broken things now."


def test_no_wiki_link_leads_out_of_the_content_folder() -> None:
    assert not [each for each in candidates("[[../../x]]", "a/b.md") if each.startswith("..")]
