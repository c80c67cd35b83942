"""Whatever is in a file, its page comes in time: laid out, or as plain text with a notice."""

from __future__ import annotations

import time

import pytest

from kb.documents.markdown.outline import Outline
from kb.documents.markdown.parser import MAX_EFFORT, effort
from kb.documents.markdown.rendering import Renderer

RENDERER = Renderer()
SECONDS = 2.0

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
]
NESTED = ["> ", "- ", "1. ", "<div>", "<a><div>", "<em><blockquote>", "<b><p>", "[a](b.md) "]


def seconds(body: str) -> float:
    """The longer of laying out and of taking apart for search, in CPU time of this process."""
    started = time.process_time()
    RENDERER.render(body, "a.md", lambda path: None, "Title")
    laid_out = time.process_time()
    RENDERER.sections(body, "Title")
    return max(laid_out - started, time.process_time() - laid_out)


@pytest.mark.parametrize("pattern", [*SIGNS, *RUNS, *LINES, *NESTED])
def test_twenty_thousand_of_anything(pattern: str) -> None:
    assert seconds(pattern * 20_000) < SECONDS


@pytest.mark.parametrize("pattern", [*SIGNS, *RUNS, *LINES, *NESTED])
def test_the_most_that_is_still_laid_out(pattern: str) -> None:
    count = int(MAX_EFFORT * 0.98 / max(effort(pattern * 1000) / 1000, 0.2))
    body = pattern * count
    assert effort(body) <= MAX_EFFORT
    assert seconds(body) < SECONDS


@pytest.mark.parametrize(
    "body",
    [
        "".join("  " * depth + "- x\n" for depth in range(1000)),
        "\n".join(">" * depth + " x" for depth in range(1000)),
        ("> - " * 50 + "a\n") * 2000,
        "|" + "a|" * 10 + "\n|" + "-|" * 10 + "\n" + ("|" + "x|" * 10 + "\n") * 10_000,
        "[a]: " + "b" * 100_000 + "\n\n" + "[a] " * 10_000,
        "".join(f"[a{n}]: b\n" for n in range(50_000)) + "[a1] " * 20_000,
        "\n" * 2_000_000,
        " " * 2_000_000,
        "é " * 1_000_000,
        "# " + "a" * 1_000_000,
        "<div>" * 100_000,
    ],
    ids=range(11),
)
def test_deep_wide_and_long_ones(body: str) -> None:
    assert seconds(body) < SECONDS


def test_two_megabytes_of_prose_are_laid_out() -> None:
    body = ("The parcel never came and the customer is upset. " * 10 + "\n\n") * 4_000
    assert len(body) > 1_900_000
    assert seconds(body) < SECONDS
    assert RENDERER.render(body, "a.md", lambda path: None).notice == ""


def test_what_is_not_laid_out_is_all_there_and_says_so() -> None:
    body = "First words.\n\n" + "[" * 50_000 + "\nnext line\n\nLast words <b>."
    page = RENDERER.render(body, "a.md", lambda path: None)
    (part,) = page.parts
    assert page.notice
    assert page.contents == ()
    assert part.html.startswith("<p>First words.</p>\n<p>[[")
    assert part.html.endswith("[<br>next line</p>\n<p>Last words &lt;b&gt;.</p>")
    (section,) = RENDERER.sections(body)
    assert section.text.startswith("First words. [[")
    assert Outline(body).links() == ()


def test_an_ordinary_long_page_is_far_from_the_limit() -> None:
    section = "## Heading\n\n1. **Open** the [order](a.md).\n2. Read `x`.\n\n" + "Some words. " * 60
    assert effort((section + "\n\n") * 60) < MAX_EFFORT / 4
