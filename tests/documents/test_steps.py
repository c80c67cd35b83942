"""The names of steps, which links lead to: short, each borne once, and never a heading's."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from kb.documents.markdown.outline import Outline
from kb.documents.markdown.rendering import Page, Renderer

BOILER = """Press once.

## Before

1. Open the lid.

## Steps

1. Read the gauge.
2. Is it below 40?
   - Yes: do this
     1. Fill it up.
     2. Wait.
   - No: go on
3. Close the lid.

Then:

1. Write it down.

## Other methods

### By telephone

4. Call the desk.
"""


def page(body: str) -> Page:
    return Renderer().render(body, "a.md", lambda path: None)


def names(body: str) -> list[str]:
    found = page(body)
    htmls = [one.html for part in found.parts for one in (part, *part.methods)]
    return [name for html in htmls for name in re.findall(r'<li[^>]* id="([^"]*)"', html)]


def test_steps_are_named_by_the_numbers_that_are_shown() -> None:
    assert names(BOILER) == [
        "before-step-1",
        *("step-1", "step-2", "step-2-1", "step-2-1-1", "step-2-1-2", "step-2-2", "step-3"),
        "step-4",  # a list that begins again is numbered on
        "by-telephone-step-4",
    ]


def test_without_a_heading_that_promises_steps_the_first_list_is_meant() -> None:
    assert names("1. One\n2. Two\n") == ["step-1", "step-2"]
    assert names("## Doors\n\n1. One\n\n## Windows\n\n1. Two\n") == ["step-1", "windows-step-1"]
    assert names("1. One\n\n## Steps\n\n1. Two\n") == ["opening-step-1", "step-1"]


def test_a_heading_or_a_name_of_the_text_keeps_what_it_is_called() -> None:
    body = "## Step 2\n\nText\n\n## Steps\n\n1. One\n2. Two\n"
    assert [part.anchor for part in page(body).parts] == ["step-2", "steps"]
    assert names(body) == ["steps-step-1", "steps-step-2"]
    named = page('## Steps\n\n<a id="step-1"></a>\n\n1. One\n').parts[0].html
    assert 'id="step-1"' in named
    assert '<li id="steps-step-1">' in named


def test_a_link_to_a_step_leads_somewhere() -> None:
    assert {"step-2-1", "before-step-1"} <= Outline(BOILER).places("")
    assert "step-5" not in Outline(BOILER).places("")
    shown = page("## Steps\n\n1. Go on with [the next](#step-2).\n2. Done.\n").parts[0].html
    assert 'href="#step-2"' in shown


def test_lines_of_the_text_know_their_step() -> None:
    steps = Outline(BOILER).sections("")[2]
    lines = steps.text.split("\n")
    assert [(lines[nth], name) for nth, name in steps.steps][1:5] == [
        ("Is it below 40?", "step-2"),
        ("Yes: do this", "step-2-1"),
        ("Fill it up.", "step-2-1-1"),
        ("Wait.", "step-2-1-2"),
    ]
    assert "Then:" in lines
    assert lines.index("Then:") not in dict(steps.steps)


_LINES = st.lists(
    st.sampled_from(
        [
            "## Step 1",
            "### Step 2",
            "# Steps",
            "1. a?",
            "   - Yes: b",
            "   1. c",
            "7. d",
            "x",
            "## ",
        ]
    ),
    max_size=12,
)


@given(_LINES)
def test_no_name_is_borne_twice_and_all_are_known(lines: list[str]) -> None:
    body = "\n\n".join(lines)
    found = names(body)
    anchors = [heading.anchor for heading in page(body).contents]
    assert len({*found, *anchors}) == len(found) + len(anchors)
    assert set(found) <= Outline(body).places("")
