"""A page is linked to by the addresses that its front matter gives it."""

import pytest

from kb.documents.document import parse
from kb.documents.markdown.links import candidates
from kb.documents.reading import procedure_from
from kb.procedures.model import Departments


@pytest.mark.parametrize(
    ("head", "link"),
    [
        ("permalink: /help/card/", "/help/card/"),
        ("permalink: /help/card.html", "/help/card"),
        ("slug: /help/card", "/help/card.html"),
        ("slug: card-lost", "card-lost"),
        ("slug: card-lost", "../cards/card-lost/"),
        ("url: help/card", "/help/card/"),
        ("aliases: [/old/card, /older/card/]", "/older/card"),
        ("aliases: [The lost card]", "[[the lost card]]"),
        ("redirect_from: /2019/card", "/2019/card/"),
        ("id: CRD-1", "[[crd-1]]"),
        ("title: The Lost Card", "[[The lost card#Steps]]"),
        ("title: x", "[[lost]]"),
    ],
)
def test_a_link_means_the_page_that_says_it_is_there(head: str, link: str) -> None:
    raw = f"---\n{head}\n---\nText\n".encode()
    names = procedure_from(parse(raw, "cards/lost.md"), Departments()).names
    assert names.intersection(candidates(link, "cards/other.md"))
