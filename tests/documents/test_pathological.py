"""Whatever is in a file, its page comes in time: laid out, or as plain text with a notice.

The limit is tried with a low one and little text; that what stays below the true one comes in time
is told by the effort of little text, as both grow with length alike.
"""

from __future__ import annotations

import time

import pytest

from kb.documents.markdown import parser
from kb.documents.markdown.outline import Outline
from kb.documents.markdown.parser import MAX_EFFORT, effort
from kb.documents.markdown.rendering import Page, Renderer

RENDERER = Renderer()
SECONDS = 2.0  # for a page just below the limit
FLOOR = 0.02  # seconds that anything may take

SIGNS = ["[", "(", "<", "`", "*", "_", "!", ">", "#", "-", "~", "|", "\\", "&"]
RUNS = [
    "[](",
    "![",
    "<a ",
    "[x](",
    "](",
    "**a ",
    "_a ",
    "&amp;",
    "[[]",
    '[a](b "',
    "<!--",
    "http://",
    "http://a.b ",
    "www.a.b ",
    "a@b.c ",
    "[[a]]",
    "[^a",
    "<a-b> ",
]
LINES = [
    "- a\n",
    "# a\n",
    "1. a\n",
    "> a\n",
    "a\n\n",
    "[a]: b\n",
    "|a|b|\n",
    "<h2>x</h2>\n",
    "\\\n",
    "a\n: b\n",
    "[^a]: b\n",
    "- [ ] a\n",
    "> [!TIP]\n",
]
NESTED = ["> ", "- ", "1. ", "<div>", "<a><div>", "<em><blockquote>", "<b><p>", "[a](b.md) "]


def laid_out(body: str) -> Page:
    return RENDERER.render(body, "a.md", lambda path: None, "Title")


def seconds(body: str) -> float:
    """The longer of laying out and of taking apart for search, in CPU time of this process."""
    started = time.process_time()
    laid_out(body)
    between = time.process_time()
    RENDERER.sections(body, "Title")
    return max(between - started, time.process_time() - between)


@pytest.mark.parametrize("pattern", [*SIGNS, *RUNS, *LINES, *NESTED])
def test_effort_says_how_long_it_takes(pattern: str) -> None:
    body = pattern * 60
    most = SECONDS * effort(body) / MAX_EFFORT
    assert min(seconds(body) for _ in range(3)) < most + FLOOR


@pytest.mark.parametrize("pattern", [*SIGNS, *RUNS, *LINES, *NESTED])
def test_what_takes_more_effort_than_the_limit_is_not_laid_out(
    pattern: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = pattern * 6
    monkeypatch.setattr(parser, "MAX_EFFORT", effort(body))
    assert not laid_out(body).notice
    monkeypatch.setattr(parser, "MAX_EFFORT", effort(body) - 1)
    assert laid_out(body).notice
    assert Outline(body).links() == ()


def test_a_long_reference_used_often_is_not_laid_out(monkeypatch: pytest.MonkeyPatch) -> None:
    body = f"[a]: {'b' * 50}\n\n" + "[a] " * 6
    assert not laid_out(body).notice
    monkeypatch.setattr(parser, "_MAX_TARGETS", 200)
    assert laid_out(body).notice


@pytest.mark.parametrize(
    "body",
    [
        "".join("  " * depth + "- x\n" for depth in range(30)),
        "\n".join(">" * depth + " x" for depth in range(30)),
        ("> - " * 6 + "a\n") * 50,
        "|" + "a|" * 10 + "\n|" + "-|" * 10 + "\n" + ("|" + "x|" * 10 + "\n") * 50,
        "".join(f"[a{n}]: b\n" for n in range(100)) + "[a1] " * 50,
        "é " * 100_000,
        "# " + "a" * 100_000,
    ],
    ids=range(7),
)
def test_wide_and_long_ones(body: str) -> None:
    assert seconds(body) < SECONDS


def test_two_megabytes_of_prose_are_laid_out() -> None:
    body = ("The parcel never came and the customer is upset. " * 10 + "\n\n") * 4_000
    assert len(body) > 1_900_000
    assert seconds(body) < SECONDS
    assert laid_out(body).notice == ""


def test_what_is_not_laid_out_is_all_there_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parser, "MAX_EFFORT", 100)
    body = "First words.\n\n[[[[[[\nnext line\n\nLast words <b>."
    page = laid_out(body)
    (part,) = page.parts
    assert page.notice
    assert page.contents == ()
    assert (
        part.html == "<p>First words.</p>\n<p>[[[[[[<br>next line</p>\n<p>Last words &lt;b&gt;.</p>"
    )
    (section,) = RENDERER.sections(body)
    assert section.text.startswith("First words. [[")
    assert Outline(body).links() == ()


def test_an_ordinary_long_page_is_far_from_the_limit() -> None:
    section = "## Heading\n\n1. **Open** the [order](a.md).\n2. Read `x`.\n\n" + "Some words. " * 60
    assert effort((section + "\n\n") * 60) < MAX_EFFORT / 4
