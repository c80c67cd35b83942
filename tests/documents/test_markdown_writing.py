"""Web pages as Markdown that shows the same: lists, tables, code, boxes, signs."""

from __future__ import annotations

import html
import re
import time

import pytest
from hypothesis import given, settings
from hypothesis.strategies import SearchStrategy, lists, one_of, recursive, sampled_from

from kb.documents.foreign.blocks import joined
from kb.documents.foreign.continued_lists import continue_lists
from kb.documents.foreign.html_reading import tree_of, web_page
from kb.documents.foreign.lists import make_typed_lists
from kb.documents.foreign.markdown_reading import relinked, without_wiki_links
from kb.documents.foreign.markdown_writing import written
from kb.documents.markdown.rendering import Renderer
from tests.effort import examples


def markdown(source: str) -> str:
    body = tree_of(source)
    make_typed_lists(body)
    continue_lists(body)
    return joined(written(body, frozenset({"there"})))


def rendered(text: str) -> str:
    """The words of the page that the site makes of it."""
    page = Renderer().render(text, "a.md", lambda _: None)
    return "".join(tree_of(str(part.html)).text() for part in page.parts)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<p>1. a<p>2. <b>b</b><p>c", "1. a\n2. **b**\n\nc"),
        ("<div>Do:<br>1. a<br>2. b</div>", "Do:\n\n1. a\n2. b"),
        ("<p>- a<br>- b</p>", "- a\n- b"),
        ("<ol start=5><li>a<li>b</ol>", "5. a\n6. b"),
        ("<ol type=a><li>x<li>y</ol>", "- a) x\n- b) y"),
        ("<ol style='list-style-type: upper-roman'><li>x<li>y</ol>", "- I) x\n- II) y"),
        ("<ol reversed><li>x<li>y</ol>", "- 2\\. x\n- 1\\. y"),
        ("<ol><li>a<li value=7>b<li>c</ol>", "1. a\n\n7) b\n8) c"),
        ("<ol><li>a</ol><ol><li>b</ol>", "1. a\n\n1) b"),
        ("<ul><li>a</ul><ul><li>b</ul>", "- a\n\n* b"),
        ("<ol><li>a</ol><p>See:</p><img src=x.png alt=x><ol start=2><li>b</ol>",
         "1. a\n\n   See:\n\n   ![x](x.png)\n\n2. b"),
        ("<ol><li>a</ol><h3>Else</h3><ol start=2><li>b</ol>", "1. a\n\n### Else\n\n2. b"),
        ("<ol><li>a<ol><li>b</ol></ol>", "1. a\n   1. b"),
        ("<ol><li>a<ul><li>b</ul></li><li>c</li></ol>", "1. a\n   - b\n2. c"),
        ("<ol><li>a</li><ol><li>b</li></ol></ol>", "1. a\n   1. b"),
        ("<ol><li><p>a</p><p>b</p></ol>", "1. a\n\n   b"),
        ("<ul><li><input type=checkbox checked>done<li><input type=checkbox>open</ul>",
         "- [x] done\n- [ ] open"),
        ("<ul><li>t<pre><code class='language-py'>x = 1\n</code></pre></ul>",
         "- t\n\n  ```py\n  x = 1\n  ```"),
        ("<pre>a ``` b</pre>", "````\na ``` b\n````"),
        ("<table><tr><th>A<th>B<tr><td>1<td>x|y<br>z</table>",
         "| A | B |\n| --- | --- |\n| 1 | x\\|y<br>z |"),
        ("<table><tr><th>A<th>B<tr><td rowspan=2>q<td>w<tr><td>e</table>",
         "| A | B |\n| --- | --- |\n| q | w |\n| q | e |"),
        ("<table><tr><th>A<th>B<tr><td colspan=2>q</table>", "| A | B |\n| --- | --- |\n| q |  |"),
        ("<table><tr><td>" + "long " * 20 + "<td>b<tr><td>1<td>2</table>",
         "|  |  |\n| --- | --- |\n| " + ("long " * 20).strip() + " | b |\n| 1 | 2 |"),
        ("<table><tr><th>A<tr><td><ol><li>x<li>y<ul><li>z</ul></ol></table>",
         "| A |\n| --- |\n| 1. x<br>2. y<br>&nbsp;&nbsp;• z |"),
        ("<table><tr><th>A<tr><td><img src='a b.png' alt='x]'></table>",
         "| A |\n| --- |\n| ![x\\]](a%20b.png) |"),
        ("<b>Note:</b>text", "**Note**:text"),
        ("<b>a</b><i>b</i> <b>c</b>", "<strong>a</strong>*b* **c**"),
        ("b<b>ol</b>d", "b**ol**d"),
        ("<p>wow!<a href='x'>y</a></p>", "wow\\![y](x)"),
        ("<h2><img src=a.png alt=pic>Head</h2>", "## ![pic](a.png)Head"),
        ("<p id=there>x<p id=else>y", '<a id="there"></a>x\n\ny'),
        ("<details><summary>More</summary>Text</details>", "## More\n\nText"),
        ("<dl><dt>T<dd>D<dd>E</dl>", "T\n: D\n: E"),
        ("one<br><br>two<br>three", "one\n\ntwo\\\nthree"),
        ("<blockquote><p>a<p>b</blockquote>", "> a\n>\n> b"),
        ("<p>9. x<p># y<p>– z", "9\\. x\n\n\\# y\n\n- z"),
        ("<p>&gt; q<p>===<p>: d", "\\> q\n\n\\===\n\n\\: d"),
        ("<a href='javascript:x()'>a</a><a href='data:text/html,x'>b</a>", "ab"),
        ("<a href='https://a.example/?b=1&amp;c=2'>https://a.example/?b=1&amp;c=2</a>",
         "<https://a.example/?b=1&c=2>"),
        ("<div>a<a href=x><div>b</div></a>c</div>", "a\n\nb\n\nc"),
        ("<script>x</script><style>y</style>z", "z"),
    ],
)  # fmt: skip
def test_markdown_shows_what_the_page_shows(source: str, expected: str) -> None:
    assert markdown(source) == expected


_WORDS = (
    "word * _ ** a_b [x] ](y) ` `` <b> &amp; 1. - + | \\ ~~ ! ![ [[p]] : # > $ { } --- ==".split()
)


def _inline() -> SearchStrategy[str]:
    words = sampled_from(_WORDS).map(html.escape)

    def around(inner: SearchStrategy[str]) -> SearchStrategy[str]:
        tags = sampled_from(["b", "i", "code", "span"])
        return lists(inner, min_size=1, max_size=4).flatmap(
            lambda some: tags.map(lambda tag: f"<{tag}>{' '.join(some)}</{tag}>")
        )

    return recursive(words, around, max_leaves=12)


def _blocks() -> SearchStrategy[str]:
    line = lists(_inline(), min_size=1, max_size=4).map(" ".join)
    items = lists(line, min_size=1, max_size=3).map(
        lambda some: "".join(f"<li>{x}</li>" for x in some)
    )
    cells = lists(line, min_size=2, max_size=2).map(
        lambda some: "".join(f"<td>{x}</td>" for x in some)
    )
    return one_of(
        line.map(lambda x: f"<p>{x}</p>"),
        items.map(lambda x: f"<ol>{x}</ol>"),
        items.map(lambda x: f"<ul>{x}</ul>"),
        cells.map(lambda x: f"<table><tr><th>A</th><th>B</th></tr><tr>{x}</tr></table>"),
        line.map(lambda x: f"<blockquote><p>{x}</p></blockquote>"),
    )


@given(lists(_blocks(), min_size=1, max_size=3).map("".join))
@settings(max_examples=examples(60), deadline=None)
def test_no_sign_is_lost_or_becomes_markup(source: str) -> None:
    said, shown = (
        re.sub(r"\s+", "", text) for text in (tree_of(source).text(), rendered(markdown(source)))
    )
    assert shown == said


def test_a_page_is_decoded_by_what_it_says() -> None:
    page = web_page("<meta charset=cp1250><title>Žluť</title>".encode("cp1250"))
    assert page.title == "Žluť"
    assert web_page("<title>Grün</title>".encode("utf-16")).title == "Grün"
    assert web_page(b"<title>Gr\xfcn</title><meta name=Keywords content='a, b'>").meta == {
        "keywords": "a, b"
    }


def test_what_is_nested_without_end_is_read() -> None:
    assert "x" in markdown("<div>" * 3000 + "x")
    assert "x" in markdown("<ul><li>" * 500 + "x")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('[a](x.md) ![b](p.png "t")', '[a](NEW) ![b](NEW "t")'),
        ("`[a](x.md)` [a](<x y.md>)", "`[a](x.md)` [a](NEW)"),
        ("```\n[a](x.md)\n```\n[b](x.md)", "```\n[a](x.md)\n```\n[b](NEW)"),
        ("[![p](p.png)](x.md)", "[![p](NEW)](NEW)"),
        ("[a]: x.md\n\n[^1]: Note", "[a]: NEW\n\n[^1]: Note"),
        ('<img src="p.png"> <a href="x">y</a>', '<img src="NEW"> <a href="NEW">y</a>'),
        ("[a](x_(1).md)", "[a](NEW)"),
    ],
)
def test_links_are_led_on_and_code_is_not(text: str, expected: str) -> None:
    assert relinked(text, lambda _target, _picture: "NEW") == expected
    assert relinked(text, lambda _target, _picture: None) == text


def test_a_link_to_nothing_leaves_its_words() -> None:
    assert relinked("see [the *form*](x.md).", lambda _target, _picture: "") == "see the *form*."


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[[Late parcel]]", "[Late parcel](<Late parcel>)"),
        ("[[Late parcel#Steps|there]]", "[there](<Late parcel#Steps>)"),
        ("![[screen 1.png|300]]", "![screen 1.png](<screen 1.png>)"),
        ("`[[x]]`", "`[[x]]`"),
    ],
)
def test_links_in_double_brackets_become_links(text: str, expected: str) -> None:
    assert without_wiki_links(text) == expected


@pytest.mark.parametrize("piece", ["<b>x", "<ul><li>x", "<div>", "`", "```a\n", "[a](", "[["])
def test_what_is_repeated_without_end_takes_time_in_proportion(piece: str) -> None:
    page = piece * (30_000 // len(piece))
    started = time.process_time()
    markdown(page)
    without_wiki_links(relinked(page, lambda _target, _picture: "NEW"))
    assert time.process_time() - started < 10
