"""Fields and bodies changed, every other byte kept."""

from __future__ import annotations

import difflib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.documents.document import parse
from kb.documents.front_matter import FIELDS
from kb.documents.source.amending import amend, unamendable, with_body, with_texts
from kb.documents.source.lines import NotAmendable, lines_of, shown_text
from kb.documents.text.plain_text import tidy, without_controls

FILE = """\
---
# the front matter of a careful person
id: SHP-014
title: "Complaint: Late Shipment"  # as reps call it
keywords:
  - "Complaint: Late Shipment"
  # what customers say
  - where is my parcel
x-screen: {a: 1,   b: 2}
owner: 'dana@kb.example'

audience: [phone,  "chat"]
---

# Late

Text.
"""


def changed(before: bytes, after: bytes) -> list[str]:
    """The lines that differ, with - and +."""
    lines = difflib.ndiff(before.decode().splitlines(True), after.decode().splitlines(True))
    return [line for line in lines if line[0] in "-+"]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"title": "Late"}, ['title: "Late"  # as reps call it']),
        ({"owner": "eve@kb.example"}, ["owner: 'eve@kb.example'"]),
        ({"owner": "O'Neil"}, ["owner: 'O''Neil'"]),
        ({"audience": ["chat", "e-mail", "a, b"]}, ['audience: ["chat", e-mail, "a, b"]']),
        ({"keywords": ["where is my parcel"]}, []),
        (
            {"keywords": ["Complaint: Late Shipment", "WISMO", "where is my parcel"]},
            ["  - WISMO"],
        ),
        ({"department": "shipping"}, ["department: shipping"]),
        ({"review_every": 90}, ["review_every: 90"]),
        ({"reviewed": "2026-11-22"}, ["reviewed: 2026-11-22"]),
        ({"finds": ["where is: it", "yes"]}, ['finds: ["where is: it", "yes"]']),
        ({"x-screen": "none"}, ["x-screen: none"]),
    ],
    ids=str,
)
def test_one_change_is_one_line(changes: dict, expected: list[str]) -> None:
    raw = FILE.encode()
    after = amend(raw, changes)
    assert [line[2:].rstrip("\n") for line in changed(raw, after) if line[0] == "+"] == expected
    assert len([line for line in changed(raw, after) if line[0] == "-"]) <= 1


def test_a_field_is_taken_out_and_comments_stay() -> None:
    after = amend(FILE.encode(), {"keywords": [], "owner": None, "nothing": ""})
    gone = [line.strip() for line in changed(FILE.encode(), after)]
    assert gone == [
        "- keywords:",
        '-   - "Complaint: Late Shipment"',
        "-   # what customers say",
        "-   - where is my parcel",
        "- owner: 'dana@kb.example'",
    ]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
def test_line_ends_and_bom_stay(end: str, bom: bytes) -> None:
    raw = bom + FILE.replace("\n", end).encode()
    after = amend(raw, {"title": "Late", "deputy": "x@kb.example"})
    assert after.startswith(bom + b"---")
    assert after.count(end.encode()) == raw.count(end.encode()) + 1
    assert after.replace(end.encode(), b"").count(b"\n") == 0
    typed = shown_text(lines_of(raw).body).replace("Text.", "Text, longer.")
    assert with_body(raw, typed.replace("\n", "\r\n")) == raw.replace(b"Text.", b"Text, longer.")


def test_a_file_without_front_matter_gets_some() -> None:
    assert amend(b"Hello.\n", {"title": "A: b"}) == b'---\ntitle: "A: b"\n---\nHello.\n'
    assert amend(b"", {"title": "a"}) == b"---\ntitle: a\n---\n"
    assert amend(b"---\n---\nx", {"title": "a"}) == b"---\ntitle: a\n---\nx"
    assert amend(b"---\ntitle: a\n---", {"title": "b"}) == b"---\ntitle: b\n---"


@pytest.mark.parametrize(
    ("written", "value", "expected"),
    [
        ("title: |\n  two\n  lines\nid: A", "one", "title: one\nid: A"),
        ("title:\nid: A", "one", "title: one\nid: A"),
        ("title: # none yet\nid: A", "one", "title: one # none yet\nid: A"),
        ("title:\n  over\n  lines # x\nid: A", "one", "title: one\nid: A"),
        ("title: a\ntitle: b\nid: A", "one", "title: a\ntitle: one\nid: A"),
        ('"title": a', "one", '"title": one'),
        ("  title: a\n  id: A", "one", "  title: one\n  id: A"),
    ],
)
def test_values_are_found_however_they_are_written(written: str, value: str, expected: str) -> None:
    assert amend(f"---\n{written}\n---\nx\n".encode(), {"title": value}).decode() == (
        f"---\n{expected}\n---\nx\n"
    )


@pytest.mark.parametrize(
    ("written", "value", "expected"),
    [
        ("keywords: a, b", ["a", "c"], "keywords: a, c"),
        ("keywords: a, b", ["a", "b, c"], 'keywords: [a, "b, c"]'),
        ("keywords: [a,\n  b]  # x", ["b", "c"], "keywords: [b, c]  # x"),
        ("keywords:\n- a\n- Foo: bar", ["Foo: bar", "c"], "keywords:\n- Foo: bar\n- c"),
        ("keywords:\n  - a\n  -   b # why\n", ["b", "c"], "keywords:\n  -   b # why\n  - c\n"),
        ("keywords:", ["a"], "keywords: [a]"),
        ("keywords: x", ["k" * 60, "l" * 60], f"keywords: {'k' * 60}, {'l' * 60}"),
        ("id: A", ["k" * 60, "l" * 60], f"id: A\nkeywords:\n  - {'k' * 60}\n  - {'l' * 60}"),
    ],
)
def test_lists_stay_as_they_are_laid_out(written: str, value: list[str], expected: str) -> None:
    raw = f"---\n{written}\n---\nx\n".encode()
    assert amend(raw, {"keywords": value}).decode() == f"---\n{expected}\n---\nx\n"


@pytest.mark.parametrize(
    ("raw", "line", "said"),
    [
        (b"---\ntitle: a: b\nid: A\n---\nx", 2, "has a colon"),
        (b"---\ntitle: a\nid: A\n\nx", 3, "never closed"),
        (b"---\n{title: a, id: A}\n---\nx", 2, "brackets"),
        ("---\ntitle: a\n---\nx".encode("utf-16"), 1, "UTF-16"),
    ],
)
def test_what_cannot_be_told_apart_is_refused(raw: bytes, line: int, said: str) -> None:
    reason = unamendable(raw)
    assert reason is not None
    assert (reason.line, said in reason.problem) == (line, True)
    with pytest.raises(NotAmendable):
        amend(raw, {"title": "b"})


def test_an_anchor_that_others_refer_to_is_not_broken() -> None:
    raw = b"---\ntitle: &t a\nother: *t\n---\nx"
    with pytest.raises(NotAmendable):
        amend(raw, {"title": "b"})


def test_broken_front_matter_is_mended_as_text() -> None:
    raw = b"---\r\ntitle: a: b\r\nid: A\r\n---\r\nx\r\n"
    head = shown_text(lines_of(raw).head)
    assert head == "---\ntitle: a: b\nid: A\n---"
    assert with_texts(raw, head, "x\n") == raw
    mended = head.replace("a: b", '"a: b"')
    assert with_texts(raw, mended, "x\r\n") == raw.replace(b"a: b", b'"a: b"')
    assert with_texts(raw, " ", "x\n") == b"x\r\n"
    assert with_texts(b"x", "---\ntitle: a\n---", "y") == b"---\ntitle: a\n---\ny"
    unclosed = with_texts(b"---\ntitle: a\nid: b\n\nx\n", "title: a", "\ny: z\n")
    assert unclosed == b"title: a\n\ny: z\n"


def test_bytes_that_are_no_utf8_stay() -> None:
    raw = b"---\ntitle: caf\xe9\n---\n\xe9t\xe9\nmore\n"
    assert with_body(raw, "été\nmuch more\n") == raw.replace(b"more", b"much more")
    assert amend(raw, {"id": "A"}) == raw.replace(b"---\nt", b"---\nid: A\nt", 1)


FIELD = st.sampled_from(sorted(FIELDS))
WORDS = st.text(st.characters(codec="utf-8"), max_size=30)
VALUE = st.one_of(
    WORDS, st.lists(WORDS, max_size=4), st.integers(1, 999), st.none(), st.sampled_from(["~", "on"])
)
PIECE = st.one_of(
    st.sampled_from(
        [
            *("title: a", "title: 'a' # x", 'title: "a: b"', "title:", "keywords: a, b"),
            *(
                "keywords:\n  - a\n  - b: c # x\n\n  # y",
                "keywords: [a, 'b']",
                "owner: >-\n  a\n  b",
            ),
            *("# comment", "", "x-other: {a: [1, 2]}", "'quoted key': 1", "related: [a,\n b] # c"),
            *(
                "keywords:\n- a\n-   - b\n",
                "status: draft",
                "title: |\n a\n\n b\n",
                "audience: [ ]",
            ),
        ]
    ),
    WORDS,
)
ENDS = st.sampled_from(["\n", "\r\n", "\r"])


@st.composite
def files(draw: st.DrawFn) -> bytes:
    """A file with front matter as people may write it, with any bytes below."""
    header = "\n".join(draw(st.lists(PIECE, max_size=6)))
    body = draw(st.one_of(WORDS, st.just("# Hi\n\nText.\n")))
    text = draw(st.sampled_from([f"---\n{header}\n---\n{body}", body, f"---\n{header}\n---"]))
    raw = text.replace("\n", draw(ENDS)).encode("utf-8", "replace")
    bom = draw(st.sampled_from([b"", b"\xef\xbb\xbf"]))
    return bom + raw + draw(st.sampled_from([b"", b"\xe9\x00\n", b"\n"]))


@settings(max_examples=300, deadline=None)
@given(files(), st.dictionaries(FIELD, VALUE, max_size=3))
def test_the_file_says_what_was_meant_and_all_else_as_before(raw: bytes, changes: dict) -> None:
    try:
        after = amend(raw, changes)
    except NotAmendable:
        return
    before, now = parse(raw, ""), parse(after, "")
    assert now.body == before.body
    for name in {*before.meta, *now.meta} - set(changes):
        assert now.meta[name] == before.meta[name]
    for name, value in changes.items():
        wanted = tidy(without_controls(value)) if isinstance(value, str) else value
        if isinstance(wanted, str) and wanted:
            assert tidy(str(now.meta[name])) == wanted
    assert amend(after, changes) == after


@settings(max_examples=300, deadline=None)
@given(files())
def test_what_is_not_touched_is_the_same_bytes(raw: bytes) -> None:
    try:
        lines = lines_of(raw)
    except NotAmendable:
        return
    assert lines.bytes() == raw
    assert amend(raw, {}) == raw
    assert with_body(raw, shown_text(lines.body)) == raw
    assert with_texts(raw, shown_text(lines.head), shown_text(lines.body)) == raw


@settings(max_examples=200, deadline=None)
@given(files(), st.lists(st.sampled_from(["a", "Text.", "", "# Hi", "b"]), max_size=6), ENDS)
def test_a_body_comes_back_as_it_was_typed(raw: bytes, typed: list[str], end: str) -> None:
    try:
        if lines_of(raw).document.faults:
            return
    except NotAmendable:
        return
    after = with_body(raw, end.join(typed))
    body, wanted = parse(after, "").body, "\n".join(typed)
    assert body in (wanted, f"{wanted}\n")
    assert [line.raw for line in lines_of(after).head] == [line.raw for line in lines_of(raw).head]
