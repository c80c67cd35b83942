from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.documents.document import parse
from kb.documents.front_matter import FIELDS
from kb.documents.markdown.links import Link
from kb.documents.reading import (
    Filed,
    fingerprint,
    id_from_path,
    procedure_from,
    title_from_path,
)
from kb.procedures.model import (
    UNASSIGNED,
    Department,
    Departments,
    Keyword,
    Section,
    Severity,
    Status,
)

DEPARTMENTS = Departments(
    {
        "shipping": Department("shipping", "Shipping", review_every=90),
        "accounts": Department("accounts", "Accounts & Privacy"),
    }
)


def read(text: str, path: str = "shipping/late.md", known: Departments = DEPARTMENTS) -> Filed:
    return procedure_from(parse(text.encode(), path), known)


def codes(filed: Filed) -> list[tuple[str, int]]:
    return [(fault.code, fault.line) for fault in filed.faults]


FULL = """\
---
id: SHP-014
title: "Complaint: Late Shipment"
keywords: ["Complaint: Late Shipment", wismo, WISMO]
department: shipping
owner: Dana.Reyes@kb.example
deputy: Ilse Maas <ilse@kb.example>
status: Draft
reviewed: 2026-10-02
review_every: 6 months
audience: phone, chat
related: [RET-001, ../billing/refund.md]
finds: [where is my parcel]
successor: SHP-015
source: desk.xlsx | Desk | 7
colour: blue
---

Use this when a parcel is late.

## Steps

1. Open [the label](../returns/label.md).
"""


def test_every_field_is_read() -> None:
    filed = read(FULL)
    procedure = filed.procedure
    assert filed.faults == ()
    assert (procedure.id, procedure.title) == ("SHP-014", "Complaint: Late Shipment")
    assert procedure.keywords == (Keyword("Complaint: Late Shipment"), Keyword("wismo"))
    assert procedure.department == "shipping"
    assert (procedure.owner, procedure.deputy) == ("dana.reyes@kb.example", "ilse@kb.example")
    assert procedure.status is Status.DRAFT
    assert (procedure.reviewed, procedure.review_every) == (date(2026, 10, 2), 183)
    assert procedure.audience == ("phone", "chat")
    assert procedure.related == ("RET-001", "../billing/refund.md")
    assert procedure.finds == ("where is my parcel",)
    assert procedure.successor == "SHP-015"
    assert procedure.source == "desk.xlsx | Desk | 7"
    assert filed.named
    assert set(filed.lines) == set(FIELDS)
    assert filed.links == (Link(23, "../returns/label.md"),)
    assert filed.sections == (
        Section("", "", "Use this when a parcel is late."),
        Section("steps", "Steps", "Open the label.", "steps", ((0, "step-1"),)),
    )


def test_a_bare_file_is_a_procedure() -> None:
    filed = read("# Late *shipment*\n\nText", "north/late.md", Departments())
    procedure = filed.procedure
    assert (procedure.id, procedure.title) == ("north-late", "Late shipment")
    assert (procedure.department, procedure.status) == (UNASSIGNED, Status.PUBLISHED)
    assert filed.sections == (Section("", "", "Text"),)
    assert filed.faults == ()
    assert not filed.named
    assert filed.lines == {"title": 1}


def test_without_title_and_heading_the_file_gives_the_title() -> None:
    filed = read("## Steps\n\nText", "shipping/late-shipment.md")
    assert filed.procedure.title == "Late shipment"
    assert codes(filed) == [("missing-title", 1)]
    assert "title" not in filed.lines


@pytest.mark.parametrize("title", ["title:", "title: ~", 'title: ""', 'title: " \u00a0"'])
def test_an_empty_title_is_a_missing_one(title: str) -> None:
    filed = read(f"---\nid: a\n{title}\n---\nText")
    assert filed.procedure.title == "Late"
    assert codes(filed) == [("missing-title", 1)]


def test_titles_are_tidied() -> None:
    filed = read('---\ntitle: "Late\u00a0\u200bshipment "\n---\nText')
    assert filed.procedure.title == "Late shipment"


def test_an_empty_file_has_one_fault() -> None:
    assert codes(read("")) == [("empty", 1)]


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("shipping/late.md", "shipping-late"),
        ("x/index.md", "x"),
        ("x/README.md", "x"),
        ("README.md", "readme"),
        ("A b/Ç d.markdown", "a-b-ç-d"),
        ("x.y.md", "x-y"),
        ("_.md", id_from_path("_.md")),
    ],
)
def test_ids_are_made_from_paths(path: str, name: str) -> None:
    assert id_from_path(path) == name
    assert name


def test_a_long_path_makes_a_short_id_of_its_own() -> None:
    first, second = (id_from_path(f"{'long/' * 60}{name}.md") for name in "ab")
    assert len(first) <= 120
    assert first != second


def test_titles_are_made_from_paths() -> None:
    assert title_from_path("a/late_shipment.md") == "Late shipment"
    assert title_from_path("gift-cards/index.md") == "Gift cards"


def test_a_file_called_as_a_page_is_has_an_address_of_its_own() -> None:
    assert id_from_path("new.md") == "new-procedure"
    assert id_from_path("shipping/new.md") == "shipping-new"


@pytest.mark.parametrize(
    ("written", "usable"),
    [("SHP/014", "shp-014"), ("a b", "a-b"), ("+", "shipping-late"), ("new", "new-procedure")],
)
def test_an_id_that_cannot_be_an_address_is_replaced_and_named(written: str, usable: str) -> None:
    filed = read(f"---\nid: {written}\ntitle: a\n---\nText")
    assert filed.procedure.id == usable
    assert codes(filed) == [("unusable-id", 2)]


@pytest.mark.parametrize(
    ("written", "path", "department"),
    [
        ("", "a/shipping/b/c.md", "shipping"),
        ("", "shipping/accounts/c.md", "accounts"),
        ("", "a/b.md", UNASSIGNED),
        ("department: shipping", "accounts/b.md", "shipping"),
        ("department: Shipping", "b.md", "shipping"),
        ("department: accounts & privacy", "b.md", "accounts"),
        ("department: unassigned", "b.md", UNASSIGNED),
    ],
)
def test_whose_it_is(written: str, path: str, department: str) -> None:
    filed = read(f"---\ntitle: a\n{written}\n---\nText", path)
    assert filed.procedure.department == department
    assert filed.faults == ()


def test_an_unknown_department_leaves_it_to_its_folder_and_is_named() -> None:
    filed = read("---\ntitle: a\ndepartment: shiping\n---\nText", "accounts/a.md")
    assert filed.procedure.department == "accounts"
    (fault,) = filed.faults
    assert (fault.code, fault.line) == ("unknown-department", 3)
    assert fault.message == 'department "shiping" is not in departments.yml'
    assert fault.remedy == 'did you mean "shipping"?'


def test_without_departments_yml_no_department_is_unknown() -> None:
    filed = read("---\ntitle: a\ndepartment: HR\n---\nText", known=Departments())
    assert (filed.procedure.department, filed.faults) == (UNASSIGNED, ())


def test_the_department_says_how_long_a_review_holds() -> None:
    assert read("# A").procedure.review_every == 90
    assert read("# A", "accounts/a.md").procedure.review_every is None


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("reviewed: soon", "no-date"),
        ("reviewed: 2026-02-30", "no-date"),
        ("review_every: often", "no-period"),
        ("status: almost", "unknown-status"),
        ("owner: [a@b, c@d]", "unusable-value"),
        ("title: {a: b, c: d}", "unusable-value"),
        ("keywords: [[a, b]]", "unusable-value"),
    ],
)
def test_each_unusable_value_is_named_with_its_line(line: str, code: str) -> None:
    filed = read(f"---\nid: a\n{line}\n---\n# Late")
    (fault,) = filed.faults
    assert (fault.code, fault.line, fault.severity) == (code, 3, Severity.ERROR)
    assert fault.remedy


@pytest.mark.parametrize("written", ["in review", "In review", "in-review", "in_review"])
def test_in_review_is_a_status_however_it_is_spelled(written: str) -> None:
    filed = read(f"---\nstatus: {written}\n---\n# A")
    assert filed.procedure.status is Status.IN_REVIEW
    assert not [fault for fault in filed.faults if fault.code == "unknown-status"]


def test_an_unknown_status_is_kept_back() -> None:
    assert read("---\nstatus: almost\n---\n# A").procedure.status is Status.DRAFT


def test_keywords_with_an_unquoted_colon_are_understood() -> None:
    filed = read("---\ntitle: a\nkeywords:\n  - Complaint: Late Shipment\n  - wismo\n---\nText")
    assert filed.procedure.keywords == (Keyword("Complaint: Late Shipment"), Keyword("wismo"))


def test_the_fingerprint_tells_every_difference() -> None:
    first = read(FULL)
    assert first.entry_fingerprint == read(FULL).entry_fingerprint == fingerprint(first.procedure)
    assert first.entry_fingerprint != read(FULL + "more").entry_fingerprint
    assert first.entry_fingerprint != read(FULL, "b.md").entry_fingerprint


def test_the_entry_is_what_search_needs() -> None:
    filed = read(FULL)
    assert filed.entry.procedure is filed.procedure
    assert filed.entry.sections is filed.sections


@given(
    st.dictionaries(st.sampled_from(sorted(FIELDS)), st.text(max_size=20), max_size=4),
    st.text(max_size=80),
)
def test_any_values_make_a_procedure(fields: dict[str, str], body: str) -> None:
    header = "\n".join(f"{name}: {value}" for name, value in fields.items())
    filed = read(f"---\n{header}\n---\n{body}".encode("utf-8", "replace").decode())
    assert filed.procedure.id
    assert filed.procedure.title
    assert "\n" not in filed.procedure.title
    assert all(fault.line >= 1 for fault in filed.faults)
