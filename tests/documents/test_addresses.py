"""Bare addresses become links, and only they."""

import pytest

from kb.documents.markdown.outline import Outline
from kb.documents.markdown.rendering import Renderer


def shown(body: str) -> str:
    return "".join(part.html for part in Renderer().render(body, "a.md", lambda path: None).parts)


@pytest.mark.parametrize(
    ("text", "address", "words"),
    [
        ("At https://kb.example/a_b_c?d=1&e=2.", "https://kb.example/a_b_c?d=1&amp;e=2", None),
        ("(see http://kb.example/x_(y))", "http://kb.example/x_(y)", None),
        ("Is it “https://kb.example/”?", "https://kb.example/", None),
        ("**https://kb.example/b**", "https://kb.example/b", None),
        ("www.kb.example, say", "http://www.kb.example", "www.kb.example"),
        ("write to first.last+kb@mail.kb.example.", "mailto:first.last+kb@mail.kb.example", ""),
        ("mailto:desk@kb.example!", "mailto:desk@kb.example", None),
        ("HTTPS://KB.example/Q;", "HTTPS://KB.example/Q", None),
    ],
)
def test_an_address_is_a_link_without_the_punctuation_behind_it(
    text: str, address: str, words: str | None
) -> None:
    made = shown(text)
    words = words or address.removeprefix("mailto:" if words == "" else "")
    assert f'href="{address}"' in made
    assert f">{words}</a>" in made


@pytest.mark.parametrize(
    "text",
    [
        "`https://kb.example/`",
        "    https://kb.example/",
        "https:// is how it begins",
        "the file a.b@c",
        "version 1.2.www.x",
        "ftp://kb.example/x",
        "javascript:alert(1)",
    ],
)
def test_what_is_no_address_stays_text(text: str) -> None:
    assert "<a " not in shown(text)


def test_an_address_within_a_link_is_no_link_of_its_own() -> None:
    assert shown("[at https://kb.example/ here](https://kb.example/x)").count("<a ") == 1
    assert shown('<a href="https://kb.example/x">www.kb.example</a>').count("<a ") == 1


def test_the_words_of_an_address_are_searched() -> None:
    (section,) = Outline("At https://kb.example/a, say.").sections("")
    assert section.text == "At https://kb.example/a, say."
