"""Blanks in angle brackets are read by the rep as they were written; HTML stays HTML."""

import pytest

from kb.documents.markdown.outline import Outline
from kb.documents.markdown.rendering import Renderer


def shown(body: str) -> str:
    return "".join(part.html for part in Renderer().render(body, "a.md", lambda path: None).parts)


def searched(body: str) -> str:
    return " ".join(section.text for section in Outline(body).sections(""))


@pytest.mark.parametrize(
    "line",
    [
        "Hello <salutation> <family name>, thank you.",
        "<greeting>, this is <your name> of Northwind.",
        "Say <style> and go on.",
        "Press <Ctrl> + <F5>, then <Escape>.",
        "- Read out <object> slowly",
        "> Your voucher is <CODE-3>.",
        "The total is <amount> for <iframe>.",
        "<textarea>",
    ],
)
def test_blanks_are_shown_and_found_as_they_were_written(line: str) -> None:
    body = f"{line}\n\nThe rest.\n"
    for blank in (word for word in line.replace(">", ">\n").splitlines() if "<" in word):
        name = blank.partition("<")[2]
        assert f"&lt;{name.replace('>', '&gt;')}" in shown(body)
        assert f"<{name}" in searched(body)
    assert "The rest." in shown(body)


def test_blanks_within_a_block_of_html_and_in_code_are_shown() -> None:
    assert "Dear &lt;client&gt;" in shown("<div>\nDear <client>\n</div>\n")
    assert "<code>&lt;client&gt;</code>" in shown("Type `<client>` here\n")


@pytest.mark.parametrize(
    "body",
    [
        "<section>\n\nWords\n\n</section>\n",
        "<font color=red>Words</font>\n",
        "<Tabs>\n\nWords\n\n</Tabs>\n",
        'Words <input type="text"> and <Icon/>\n',
        "Words<br>and <b>more</b>\n",
        "<script>\nlost()\n</script>\n\nWords\n",
    ],
)
def test_html_that_is_meant_is_no_blank(body: str) -> None:
    assert "&lt;" not in shown(body)
    assert "lost" not in shown(body)
    assert "Words" in shown(body)


@pytest.mark.parametrize(
    ("body", "tag"), [("a\n\nWrite <var> here\n", "<var>"), ("a\nb\nfor <b> today\n", "<b>")]
)
def test_a_tag_of_the_page_that_nothing_closes_is_a_fault_with_its_line(
    body: str, tag: str
) -> None:
    (doubt,) = Outline(body).doubts()
    assert (doubt.line, doubt.code) == (3, "open-tag")
    assert doubt.message.startswith(tag)
    assert tag.replace("<", "&lt;").replace(">", "&gt;") in doubt.remedy


@pytest.mark.parametrize(
    "body",
    [
        "`<b>`\n",
        "<b>x</b>\n",
        "- a<br>\n",
        "<!-- <b> -->\n",
        "<p>a\n",
        '<a name="x">\n',
        "a < b > c",
    ],
)
def test_no_fault_is_told_of_html_that_is_right(body: str) -> None:
    assert Outline(body).doubts() == ()


def test_a_comment_that_never_ends_is_a_fault() -> None:
    (doubt,) = Outline("Text\n\n<!-- to come\n\nMore\n").doubts()
    assert (doubt.line, doubt.code) == (3, "open-comment")
