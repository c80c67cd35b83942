"""Links are found where a reader would see one, and nowhere else."""

import pytest

from kb.documents.markdown.outline import Outline


def found(body: str) -> list[tuple[int, str]]:
    return [(link.line, link.target) for link in Outline(body).links()]


@pytest.mark.parametrize(
    "body",
    [
        'Type `<img src="gone.png">` there\n',
        "Begin it with `<a href=` and an address\n",
        "``[a](gone.md) ` [b](gone.md)``\n",
        '<!-- see <a href="gone.md">that</a> -->\n\nText\n',
        'Text <!-- <img src="gone.png"> --> more\n',
        "[remark]: gone.md\n\nText\n",
        "[//]: # (a remark)\n\nText\n",
        "`[[Gone]]` and `https://kb.example/x`\n",
    ],
)
def test_code_comments_and_unused_definitions_are_no_links(body: str) -> None:
    assert found(body) == []


def test_definitions_count_where_they_are_used() -> None:
    assert found("See [The List].\n\n[the  list]: list.md\n") == [(3, "list.md")]


def test_every_kind_of_link_has_its_line() -> None:
    body = (
        "[a](a.md)\n![b](<b c.png>)\nat https://kb.example/d, or\n<https://kb.example/e>\n"
        "[[Late parcel#Steps]]\nask help@kb.example\n\n<a href='f.md'>f</a>\n"
    )
    assert found(body) == [
        (1, "a.md"),
        (2, "b c.png"),
        (3, "https://kb.example/d"),
        (4, "https://kb.example/e"),
        (5, "[[Late parcel#Steps]]"),
        (6, "mailto:help@kb.example"),
        (8, "f.md"),
    ]


def test_an_address_that_is_a_link_already_is_one_link() -> None:
    body = "[https://kb.example/a](https://kb.example/b)\n"
    assert found(body) == [(1, "https://kb.example/b")]


@pytest.mark.parametrize(
    ("body", "remedy"),
    [
        ("[Form](damage form.docx)\n", "[Form](<damage form.docx>)"),
        ("![Map](our maps/map.png)\n", "[Map](<our maps/map.png>)"),
        ("[Late](late parcel.md#what to do)\n", "[Late](<late parcel.md#what to do>)"),
    ],
)
def test_a_link_with_blanks_is_a_fault_that_says_how_to_write_it(body: str, remedy: str) -> None:
    (doubt,) = Outline(body).doubts()
    assert (doubt.line, doubt.code) == (1, "blank-in-link")
    assert remedy in doubt.remedy


@pytest.mark.parametrize(
    "body",
    ['[a](a.md "A title")\n', "[1](see the note)\n", "`[a](b c.md)`\n", "[a](<b c.md>)\n"],
)
def test_what_is_a_link_or_prose_is_no_fault(body: str) -> None:
    assert Outline(body).doubts() == ()


@pytest.mark.parametrize(
    "target", ["the plan (2).pdf", "a (b) c.docx", "it's a form.md", "files/the plan (new).xlsx"]
)
def test_blanks_in_names_with_brackets_and_apostrophes_are_told(target: str) -> None:
    (doubt,) = Outline(f"[Plan]({target})\n").doubts()
    assert (doubt.code, doubt.remedy) == ("blank-in-link", f"write [Plan](<{target}>)")


@pytest.mark.parametrize(
    "link", ['[a](b.md "the (2) plan.pdf")', "[a](b.md 'x y.pdf')", "[a](b) c (d.md)"]
)
def test_a_link_with_a_title_is_one(link: str) -> None:
    assert not Outline(f"{link}\n").doubts()
