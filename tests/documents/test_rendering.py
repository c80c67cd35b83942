import re

import pytest

from kb.documents.markdown.headings import RESERVED_ANCHORS, free
from kb.documents.markdown.rendering import Heading, Page, Renderer
from kb.procedures.model import Section
from kb.resources import STATIC

RENDERER = Renderer()
FILES = {
    "returns/label.md": "/procedures/RET-1",
    "shipping/lost.md": "/procedures/SHP-2?from=a&b",
    "shipping/images/a b.png": "/files/shipping/images/a%20b.png",
}


def page(body: str, title: str = "") -> Page:
    return RENDERER.render(body, "shipping/late.md", FILES.get, title)


def html(body: str) -> str:
    return "".join(part.html for part in page(body).parts)


def test_headings_part_the_page() -> None:
    made = page("Before.\n\n## One\n\nText *one*.\n\n### Inner\n\nMore.\n\n## Two\n")
    assert [(part.kind, part.anchor, part.level, part.heading) for part in made.parts] == [
        ("text", "", 0, ""),
        ("text", "one", 2, "One"),
        ("text", "two", 2, "Two"),
    ]
    assert made.parts[0].html == "<p>Before.</p>\n"
    assert '<h3 id="inner">Inner</h3>' in made.parts[1].html
    assert made.contents == (
        Heading(2, "one", "One"),
        Heading(3, "inner", "Inner"),
        Heading(2, "two", "Two"),
    )


@pytest.mark.parametrize(
    ("heading", "kind"),
    [
        ("Steps", "steps"),
        ("1. Steps:", "steps"),
        ("Standard method", "steps"),
        ("What to do", "steps"),
        ("How to cancel an order", "steps"),
        ("What to say", "script"),
        ("What to say to the customer", "script"),
        ("Script", "script"),
        ("E-mail template", "script"),
        ("Other accepted methods", "methods"),
        ("Other methods", "methods"),
        ("Alternatives", "methods"),
        ("Options", "methods"),
        ("Alternative ways to refund", "methods"),
        ("When to escalate", "escalation"),
        ("When and to whom", "text"),
        ("When and how to escalate", "escalation"),
        ("Escalation path", "escalation"),
        ("Background", "about"),
        ("Stepping stones", "text"),
    ],
)
def test_what_a_heading_promises(heading: str, kind: str) -> None:
    (part,) = page(f"## {heading}\n\n1. One\n2. Two\n\n### Inner\n\nText.\n").parts
    assert part.kind == kind


def test_steps_without_a_numbered_list_are_text() -> None:
    assert page("## Steps\n\nJust do it.\n").parts[0].kind == "text"


def test_a_page_that_is_one_numbered_list_is_steps() -> None:
    assert page("# Late\n\n1. One\n2. Two\n", "Late").parts[0].kind == "steps"


def test_other_methods_are_options() -> None:
    body = "## Other accepted methods\n\nEither:\n\n### Credit\n\nGive it.\n\n#### How much\n\nAll."
    (part,) = page(f"{body}\n\n### Express\n\nSend it.\n").parts
    assert part.html == "<p>Either:</p>\n"
    assert [(method.name, method.anchor) for method in part.methods] == [
        ("Credit", "credit"),
        ("Express", "express"),
    ]
    assert '<h4 id="how-much">' in part.methods[0].html
    assert part.methods[1].html == "<p>Send it.</p>\n"


def test_other_methods_without_headings_are_text() -> None:
    (part,) = page("## Other methods\n\n- Credit\n- Express\n").parts
    assert (part.kind, part.methods) == ("text", ())


def test_a_heading_that_repeats_the_title_is_left_out() -> None:
    made = page("# Late  **Shipment**\n\nText.\n\n## Steps\n", "late shipment")
    assert [part.heading for part in made.parts] == ["", "Steps"]
    assert made.contents == (Heading(2, "steps", "Steps"),)


def test_no_level_one_heading_remains() -> None:
    made = page("# One\n\n## Inner\n\n# Two\n\n<h1>Three</h1>\n\n> # Quoted\n", "Other")
    assert made.contents == (
        Heading(2, "one", "One"),
        Heading(3, "inner", "Inner"),
        Heading(2, "two", "Two"),
        Heading(2, "three", "Three"),
    )
    assert "<h1" not in "".join(part.html for part in made.parts)


def test_one_level_one_heading_does_not_push_down_the_others() -> None:
    made = page("# In other words\n\n## Steps\n\n1. One\n", "Late")
    assert [(part.level, part.kind) for part in made.parts] == [(2, "text"), (2, "steps")]


def test_the_highest_level_becomes_two() -> None:
    assert [each.level for each in page("### A\n\n##### B\n\n### C\n").contents] == [2, 4, 2]


def test_anchors_are_unique_and_never_those_of_the_page() -> None:
    body = "\n\n".join(f"## {name}" for name in ("A", "A", "A-1", "Search", "Main", "?", "!"))
    anchors = [part.anchor for part in page(body).parts]
    assert anchors == ["a", "a-1", "a-1-1", "search-1", "main-1", "section", "section-1"]
    assert not RESERVED_ANCHORS & set(anchors)


def test_a_heading_may_be_named_by_hand() -> None:
    made = page("## First steps {#begin}\n\n### Inner *one* {#in}\n")
    assert made.contents == (Heading(2, "begin", "First steps"), Heading(3, "in", "Inner one"))
    assert "{#" not in made.parts[0].html


def test_headings_written_as_html_are_headings() -> None:
    made = page('<div>\n<h3 class="x">May I &amp; *you*?</h3>\n<p>Yes.</p>\n</div>\n')
    assert made.contents == (Heading(2, "may-i--you", "May I & *you*?"),)
    assert "<p>Yes.</p>" in made.parts[-1].html


def test_relative_links_lead_to_procedures_and_files() -> None:
    made = html("[a](../returns/label.md#steps) [b](<lost.md>) ![c](images/a%20b.png)")
    assert '<a href="/procedures/RET-1#steps" rel="noopener noreferrer">a</a>' in made
    assert '<a href="/procedures/SHP-2?from=a&amp;b" rel="noopener noreferrer">b</a>' in made
    assert 'src="/files/shipping/images/a%20b.png" alt="c"' in made


def test_links_that_lead_nowhere_say_so() -> None:
    made = html("[gone](gone.md) ![picture](gone.png) [site](/site/page/)")
    assert '<span class="not-found" title="not found">gone</span>' in made
    assert '<span class="not-found" title="not found">picture</span>' in made
    assert "<span>site</span>" in made


def test_links_elsewhere_tell_nothing_of_us() -> None:
    made = html("[a](https://kb.example/?a=1&b=2) <mail@kb.example> [b](#steps)")
    assert 'href="https://kb.example/?a=1&amp;b=2" rel="noopener noreferrer"' in made
    assert 'href="mailto:mail@kb.example"' in made
    assert 'href="#steps"' in made


def test_pictures_of_other_sites_are_links() -> None:
    assert "<img" not in html("![x](https://kb.example/a.png)")
    assert html("[![x](https://kb.example/a.png)](../returns/label.md)").count("<a ") == 1


def test_links_in_raw_html_lead_to_procedures_too() -> None:
    made = html('<p><a href="../returns/label.md">a</a> <a href="gone.md">b</a></p>')
    assert '<a href="/procedures/RET-1" rel="noopener noreferrer">a</a>' in made
    assert '<a rel="noopener noreferrer">b</a>' in made


def test_tables_scroll_and_align_without_styles() -> None:
    made = html("| a | b |\n|---|--:|\n| 1 | 2 |\n")
    assert '<div class="table-responsive" tabindex="0"><table class="table">' in made
    assert '<td class="text-end">2</td>' in made
    assert "style" not in made


def test_what_is_typed_as_text_is_shown_as_text() -> None:
    assert html("`<script>` & \\<b\\>") == "<p><code>&lt;script&gt;</code> &amp; &lt;b&gt;</p>\n"


BODIES = [
    "# Late\n\nText.\n\n## A\n\none\n\n## A\n\ntwo\n\n### Main\n\nthree",
    "<h2>Raw</h2>\n\nx\n\n> ## Quoted\n\n- ## In a list\n\n## Quoted",
    "Setext\n======\n\nSub\n---\n\n# Late",
    "## [Link](a.md) and `code` & **bold** {#own}\n\n## Link and code & bold",
    "Just text",
    "",
]


@pytest.mark.parametrize("body", BODIES)
def test_sections_have_the_anchors_of_the_page(body: str) -> None:
    made = page(body, "Late")
    found = RENDERER.sections(body, "Late")
    headings = [(section.anchor, section.heading) for section in found if section.anchor]
    assert headings == [(each.anchor, each.text) for each in made.contents]
    shown = "".join([part.html for part in made.parts])
    assert all(re.search(rf'id="{each.anchor}"', shown) for each in made.contents if each.level > 2)


def test_sections_are_plain_text() -> None:
    body = (
        "# Late\n\nUse *it* for [this](a.md).\n\n## Steps\n\n1. **Open** `x`\n   - deeper\n\n"
        "| a | b |\n|---|---|\n| 1 | 2 |\n\n```\ncode\n```\n\n<div><!-- no -->raw <b>html</b>\n"
        "<script>no</script><style>no</style></div>\n"
    )
    assert RENDERER.sections(body, "Late") == (
        Section("", "", "Use it for this."),
        Section(
            "steps",
            "Steps",
            "Open x\ndeeper\na | b\n1 | 2\ncode\nraw html",
            "steps",
            ((0, "step-1"), (1, "step-1-1")),
        ),
    )


def test_a_heading_without_text_is_still_found() -> None:
    assert RENDERER.sections("## Steps") == (Section("steps", "Steps", "", "steps"),)


def test_links_have_their_lines() -> None:
    body = "Text\n[a](a.md) and\n[b](../b.md)\n\n- [c](c.md)\n\n"
    body += "| x |\n|---|\n| ![d](d.png) |\n\n[e]: e.md\n[f]: f.md\n\n[e]\n"
    assert [(link.line, link.target) for link in RENDERER.links(body)] == [
        (2, "a.md"),
        (3, "../b.md"),
        (5, "c.md"),
        (9, "d.png"),
        (11, "e.md"),
    ]


def test_every_path_that_is_asked_for_was_announced() -> None:
    body = (
        "[a](a.md) ![b](b.png) [c][r] [d](</d e.md>) [x](x\\_y.md) [s](/site/) [t](t/)\n\n"
        "<a href='h.md'>h</a> <img src=i.png> [q](q&amp;r.md) [p](p(1).md)\n\n[r]: ../r.md 'x'\n"
    )
    asked: list[str] = []
    RENDERER.render(body, "shipping/late.md", lambda path: asked.append(path), "")
    assert asked
    assert set(asked) <= RENDERER.link_paths(body, "shipping/late.md")


# Places that links lead to.


def leads(body: str) -> bool:
    """Does each link within the page lead to exactly one place of it?"""
    made = page(body)
    shown = "".join(part.html for part in made.parts)
    places = [*(part.anchor for part in made.parts), *re.findall(r' (?:id|name)="([^"]*)"', shown)]
    links = re.findall(r'href="#([^"]*)"', shown)
    return bool(links) and all(places.count(link) == 1 for link in links)


@pytest.mark.parametrize(
    "place",
    [
        '<a id="pallets"></a>',
        '<a name="pallets"></a>',
        '<div id="pallets">On pallets.</div>',
        '<p id="pallets">On pallets.</p>',
        '<table><tr id="pallets"><td>On pallets</td></tr></table>',
        '<ul><li id="pallets">On pallets</li></ul>',
        '<h3 id="pallets">Goods that come on a wooden base</h3>',
        "### Pallets",
    ],
)
def test_a_place_named_in_html_is_led_to(place: str) -> None:
    assert leads(f"See [pallets](#pallets).\n\n{place}\n\nText.\n")


@pytest.mark.parametrize("name", ["Owner", "Contents", "Warning", "Search", "Query", "Main", "Ask"])
def test_a_heading_with_a_name_of_the_page_itself_is_led_to(name: str) -> None:
    assert leads(f"[there](#{name.lower()}) or [there](#{name})\n\n## {name}\n\nText.\n")
    assert leads(f'<a href="#{name.lower()}">there</a>\n\n<span id="{name.lower()}">x</span>\n')


def test_a_link_into_another_page_leads_to_such_a_heading() -> None:
    assert 'href="/procedures/RET-1#owner-1"' in html("[x](../returns/label.md#owner)")
    assert 'href="/procedures/RET-1#the-label"' in html("[x](../returns/label.md#the-label)")


@pytest.mark.parametrize("name", ["w-form", "query", "main", "doubt-form", "suggestions", "vote-x"])
def test_no_text_takes_a_name_of_the_page(name: str) -> None:
    assert f'"{name}"' not in html(f'<p id="{name}">x</p> <a name="{name}"></a>')


@pytest.mark.parametrize("name", ["a b", "", "'", "<", "x" * 101, "-x"])
def test_what_is_no_name_of_a_place_is_dropped(name: str) -> None:
    assert "id=" not in html(f'<p id="{name}">x</p>')


def test_a_name_is_borne_once() -> None:
    assert html('<p id="one">a</p>\n\n<p id="one">b</p>\n\n## One\n').count('id="one"') == 0
    assert html('<p id="two">a</p>\n\n<p id="two">b</p>\n').count('id="two"') == 1


def test_every_name_of_the_pages_that_scripts_look_for_is_reserved() -> None:
    scripts = "".join(path.read_text("utf-8") for path in STATIC.glob("*.js"))
    names = set(re.findall(r'getElementById\("([\w-]+)"', scripts))
    names |= set(re.findall(r'querySelector\("#([\w-]+)', scripts))
    assert len(names) > 10
    assert [name for name in names if free(name) == name] == ["review-form"]  # has no text beside
