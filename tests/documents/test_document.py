from hashlib import sha256

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from kb.documents import document as document_module
from kb.documents.document import Document, parse, unreadable
from kb.documents.text import yaml_reading
from kb.procedures.model import Severity

GOOD = b"---\nid: SHP-014\ntitle: Late\nkeywords: [a, b]\n---\n\n# Late\n"


def codes(document: Document) -> list[tuple[str, int]]:
    return [(fault.code, fault.line) for fault in document.faults]


def test_a_sound_file() -> None:
    document = parse(GOOD, "shipping/late.md")
    assert document.meta == {"id": "SHP-014", "title": "Late", "keywords": ["a", "b"]}
    assert document.lines == {"id": 2, "title": 3, "keywords": 4}
    assert (document.body, document.body_line) == ("\n# Late\n", 6)
    assert document.version == sha256(GOOD).hexdigest()[:12]
    assert document.faults == ()


def test_values_stay_as_written() -> None:
    raw = b"---\ntitle: 007\nid: 1.10\nowner: yes\nreviewed: 2026-02-30\nx: ~\ny: null\nz:\n---\nb"
    assert parse(raw, "a.md").meta == {
        "title": "007",
        "id": "1.10",
        "owner": "yes",
        "reviewed": "2026-02-30",
        "x": None,
        "y": None,
        "z": None,
    }


def test_a_file_without_front_matter_is_all_body() -> None:
    document = parse(b"# Late\n\nText", "a.md")
    assert (document.meta, document.body, document.body_line) == ({}, "# Late\n\nText", 1)
    assert document.faults == ()


def test_an_unquoted_colon_costs_nothing_but_a_fault() -> None:
    raw = b"---\nid: a\ntitle: Complaint: late\nkeywords:\n  - x\n  - y\n---\nBody"
    document = parse(raw, "a.md")
    assert document.meta == {"id": "a", "title": "Complaint: late", "keywords": ["x", "y"]}
    (fault,) = document.faults
    assert (fault.code, fault.line, fault.severity) == ("broken-yaml", 3, Severity.ERROR)
    assert "quotes" in fault.remedy
    assert document.body == "Body"


@pytest.mark.parametrize(
    ("broken", "line", "word"),
    [
        (b'title: "Late', 3, "quote"),
        (b"title: [Late", 3, "bracket"),
        (b"title:\n\t- Late", 4, "spaces"),
        (b"title: @Late", 3, "quotes"),
        (b"title: `Late`", 3, "quotes"),
        (b"title: *Late*", 3, "quotes"),
        (b'title: "Late" parcel', 3, "quotes"),
        (b'title: "C:\\Docs"', 3, "single quotes"),
        (b"title: {{ page.title }} x", 3, "quotes"),
        (b"Late parcel", 3, "key: value"),
    ],
)
def test_each_broken_header_names_line_and_remedy(broken: bytes, line: int, word: str) -> None:
    document = parse(b"---\nid: a\n" + broken + b"\nowner: o\n---\nBody", "a.md")
    assert document.meta["id"] == "a"
    assert document.meta["owner"] == "o"
    assert document.body == "Body"
    (fault,) = document.faults
    assert (fault.code, fault.line) == ("broken-yaml", line)
    assert word in fault.remedy


def test_all_broken_values_are_named_at_once() -> None:
    document = parse(b"---\ntitle: a: b\nid: x\nowner: @c\n---\nBody", "a.md")
    assert codes(document) == [("broken-yaml", 2), ("broken-yaml", 4)]
    assert document.meta == {"title": "a: b", "id": "x", "owner": "@c"}


def test_a_repeated_key_is_named_and_the_last_counts() -> None:
    document = parse(b"---\ntitle: a\ntitle: b\n---\nBody", "a.md")
    assert document.meta == {"title": "b"}
    assert codes(document) == [("repeated-key", 3)]


def test_front_matter_that_is_never_closed_ends_where_the_text_begins() -> None:
    document = parse(b"---\ntitle: a\nid: b\n\n# Heading\n\nText\n\n---\n\nMore", "a.md")
    assert document.meta == {"title": "a", "id": "b"}
    assert document.body == "\n# Heading\n\nText\n\n---\n\nMore"
    assert codes(document) == [("never-closed", 3)]


def test_a_rule_at_the_top_is_no_front_matter() -> None:
    raw = b"---\nText with no keys\n\n---\nMore"
    document = parse(raw, "a.md")
    assert (document.meta, document.body, document.faults) == ({}, raw.decode(), ())


def test_empty_front_matter_is_front_matter() -> None:
    document = parse(b"---\n---\nBody", "a.md")
    assert (document.meta, document.body, document.body_line) == ({}, "Body", 3)


def test_a_blank_line_before_it_is_a_warning() -> None:
    document = parse(b"\n\n---\ntitle: a\n---\nBody", "a.md")
    assert document.meta == {"title": "a"}
    assert document.lines == {"title": 4}
    assert codes(document) == [("blank-line", 1)]
    assert document.faults[0].severity is Severity.WARNING


def test_a_byte_order_mark_and_windows_line_ends_are_no_fault() -> None:
    document = parse(b"\xef\xbb\xbf---\r\ntitle: a\r\nid: b\r\n---\r\nBody\r\nmore\r\n", "a.md")
    assert document.meta == {"title": "a", "id": "b"}
    assert (document.body, document.body_line) == ("Body\nmore\n", 5)
    assert document.faults == ()


def test_bytes_of_windows_1252_are_read_as_such() -> None:
    raw = "---\ntitle: ok\n---\nÜber € “x”\nok: ü".encode("cp1252")
    document = parse(raw, "a.md")
    assert document.body == "Über € “x”\nok: ü"
    assert codes(document) == [("not-utf8", 4)]


def test_one_wrong_byte_spoils_no_other() -> None:
    assert parse("Größe ".encode() + b"\xe9", "a.md").body == "Größe é"


def test_utf_16_is_read_and_named() -> None:
    document = parse("---\ntitle: ü\n---\nBody".encode("utf-16"), "a.md")
    assert (document.meta, document.body) == ({"title": "ü"}, "Body")
    assert codes(document) == [("not-utf8", 1)]


def test_nul_bytes_are_taken_out_and_named() -> None:
    document = parse(b"---\ntitle: a\n---\nBo\0dy\0", "a.md")
    assert document.body == "Body"
    assert codes(document) == [("control-character", 4)]


@pytest.mark.parametrize("raw", [b"", b"\n \n", b"\xef\xbb\xbf"])
def test_an_empty_file_is_named(raw: bytes) -> None:
    assert codes(parse(raw, "a.md")) == [("empty", 1)]


def test_nothing_below_the_front_matter_is_a_warning() -> None:
    document = parse(b"---\ntitle: a\n---\n", "a.md")
    assert codes(document) == [("no-text", 4)]


def header(*lines: str) -> Document:
    return parse("\n".join(["---", "title: Late", *lines, "---", "Body", ""]).encode(), "a.md")


@pytest.mark.parametrize(
    "line", ["a: [[[[[[x]]]]]]", "a: {b: {b: {b: {b: {b: x}}}}}", "a: [[[[[[", "? ? ? ? ? ? x"]
)
def test_what_is_nested_deeper_than_the_limit_is_not_read(
    line: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(yaml_reading, "MAX_DEPTH", 5)
    document = header(line)
    assert document.meta["title"] == "Late"
    assert document.body == "Body\n"
    assert document.faults


def test_what_is_nested_as_deep_as_the_limit_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(yaml_reading, "MAX_DEPTH", 5)
    assert header("a: [[[[x]]]]").meta == {"title": "Late", "a": [[[["x"]]]]}


def test_references_count_with_all_that_they_stand_for(monkeypatch: pytest.MonkeyPatch) -> None:
    lines = ["a: &a [x, x]", "b: &b [*a, *a]", "c: [*b, *b]"]
    assert header(*lines).meta["c"] == [[["x", "x"]] * 2] * 2
    monkeypatch.setattr(yaml_reading, "MAX_NODES", 20)
    with pytest.raises(yaml_reading.YamlTrouble, match="more than 20 values, references counted"):
        yaml_reading.load("\n".join(lines))
    assert header(*lines).meta["title"] == "Late"


def test_a_header_longer_than_the_limit_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(document_module, "MAX_HEADER", 40)
    document = header(*(f"a{n}: b" for n in range(20)))
    assert document.meta["title"] == "Late"
    assert any("more than 40 characters" in fault.message for fault in document.faults)


@pytest.mark.parametrize(
    "line", ["a: &a [*a]", "a: !!python/name:len x", 'a: "never closed\nx\nx', "a: b\na: b\na: b"]
)
def test_odd_yaml_costs_no_more_than_its_own_value(line: str) -> None:
    document = header(line)
    assert document.meta["title"] == "Late"
    assert document.body.endswith("Body\n")


def test_a_file_of_two_megabytes_is_read() -> None:
    document = parse(b"---\ntitle: a\n---\n" + b"All is well. \n" * 150_000, "a.md")
    assert len(document.body) == 150_000 * 14
    assert document.faults == ()


def test_an_unreadable_file_stands_there_with_its_fault() -> None:
    document = unreadable("a.md", "Permission denied")
    assert codes(document) == [("unreadable", 1)]


lines = st.text(st.characters(codec="utf-8", exclude_characters="\r"), max_size=30)


@given(st.binary(max_size=400))
@example(b"---")
@example(b"---\n---")
@example(b"---\na: |\n---")
@example(b"---\n? a\n---\n")
@example(b"---\nx: !!int y\n!!bool z: 1\n---\n")
def test_no_bytes_raise(raw: bytes) -> None:
    document = parse(raw, "a.md")
    lines = raw.count(b"\n") + raw.count(b"\r") + 1
    assert all(1 <= fault.line <= lines for fault in document.faults)
    assert 1 <= document.body_line <= lines


@given(st.lists(st.one_of(lines, st.just("---"), st.just("title: a"), st.just("")), max_size=12))
def test_the_text_below_is_never_lost(header: list[str]) -> None:
    marker = "The parcel never came."
    raw = "\n".join(["---", *header, "---", "", marker, ""]).encode()
    assert marker in parse(raw, "a.md").body


@given(st.text(alphabet="ab:-#[]{}\"'&*!|>%@`,? \n\t", max_size=80))
def test_the_text_below_any_punctuation_is_never_lost(header: str) -> None:
    assert "Body." in parse(f"---\n{header}\n---\nBody.".encode(), "a.md").body


@given(lines.filter(lambda text: text.strip() and text.isprintable()))
def test_a_quoted_title_comes_back_as_it_was(title: str) -> None:
    quoted = "'" + title.replace("'", "''") + "'"
    assert parse(f"---\ntitle: {quoted}\n---\nBody".encode(), "a.md").meta["title"] == title
