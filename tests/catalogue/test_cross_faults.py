import re
from datetime import date
from pathlib import Path

import pytest

from kb.catalogue.cross_faults import CrossRow, Staff, cross_faults
from kb.documents.document import parse
from kb.documents.reading import procedure_from
from kb.procedures.model import Department, Departments, Fault, Severity

TODAY = date(2026, 11, 22)
DEPARTMENTS = Departments({"shipping": Department("shipping", "Shipping", "lead@kb.example")})
PEOPLE: Staff = {
    "dana@kb.example": frozenset({"shipping"}),
    "ilse@kb.example": frozenset(),
    "gone@kb.example": None,
}


def row(path: str, header: str = "", body: str = "Text") -> CrossRow:
    raw = f"---\n{header or f'title: {path}'}\n---\n{body}".encode()
    return CrossRow.of(procedure_from(parse(raw, path), DEPARTMENTS))


def faults(
    *rows: CrossRow, files: tuple[str, ...] = (), staff: Staff | None = PEOPLE
) -> list[Fault]:
    return cross_faults(rows, DEPARTMENTS, staff, TODAY, lambda path: path in files)


def told(found: list[Fault]) -> list[tuple[str, int, str]]:
    return [(fault.path, fault.line, fault.code) for fault in found]


def test_sound_files_have_no_faults() -> None:
    header = "title: A\nowner: Dana@kb.example\ndeputy: ilse@kb.example\nreviewed: 2026-10-01"
    assert faults(row("a.md", header), row("b.md", "title: B")) == []


def test_the_first_by_path_keeps_a_repeated_id() -> None:
    found = faults(row("b.md", "title: B\nid: X"), row("a.md", "title: A\nid: X"))
    assert told(found) == [("b.md", 3, "duplicate-id")]
    assert "a.md" in found[0].message


def test_ids_made_from_paths_are_no_fault_of_the_writer() -> None:
    assert faults(row("x.md"), row("x/index.md")) == []


def test_a_repeated_title_is_named_in_the_second_file() -> None:
    found = faults(row("a.md", "title: Late  Shipment"), row("b.md", "id: b\ntitle: late shipment"))
    assert told(found) == [("b.md", 3, "duplicate-title")]


def test_retired_and_made_up_titles_may_repeat() -> None:
    rows = (row("a/x.md", "id: a"), row("b/x.md", "id: b"), row("c/x.md", "title: X"))
    assert faults(*rows, row("d.md", "title: X\nstatus: retired")) == []


def test_people_who_are_not_registered_are_named() -> None:
    found = faults(row("a.md", "title: A\nowner: dana@kb.exampel\ndeputy: the team"))
    assert told(found) == [("a.md", 3, "unknown-owner"), ("a.md", 4, "unknown-deputy")]
    assert found[0].remedy == 'did you mean "dana@kb.example"?'


def test_owner_and_deputy_belong_to_the_department_and_may_enter() -> None:
    header = "title: A\ndepartment: shipping\nowner: {}\ndeputy: {}"
    sound = header.format("dana@kb.example", "lead@kb.example")
    known = {**PEOPLE, "lead@kb.example": frozenset({"billing"})}
    assert faults(row("a.md", sound), staff=known) == []
    found = faults(row("a.md", header.format("ilse@kb.example", "gone@kb.example")))
    assert told(found) == [("a.md", 4, "foreign-owner"), ("a.md", 5, "disabled-deputy")]
    assert [fault.severity for fault in found] == [Severity.WARNING, Severity.ERROR]
    assert "is no member of shipping" in found[0].message
    retired = header.format("ilse@kb.example", "gone@kb.example") + "\nstatus: retired"
    assert faults(row("a.md", retired)) == []


def test_nobody_is_unknown_where_nobody_is_registered() -> None:
    assert faults(row("a.md", "title: A\nowner: x@y.example"), staff=None) == []


def test_a_department_that_went_away_is_named() -> None:
    gone = CrossRow("a.md", "a", "A", department="shiping", lines={"department": 3})
    (fault,) = faults(gone)
    assert told([fault]) == [("a.md", 3, "unknown-department")]
    assert fault.remedy == 'did you mean "shipping"?'


@pytest.mark.parametrize(
    "link",
    [
        "[x](b.md)",
        "[x](b.md#steps)",
        "[x](../x/b.md)",
        "[x](/x/b.md)",
        "[x](./b)",
        "[x](sub/)",
        "[x](<b.md>)",
        "![x](a.png)",
        "[x](https://kb.example/c.md)",
        "[x](#here)",
        "`[x](c.md)`",
        "    [x](c.md)",
        "[x]({{ c.md }})",
    ],
)
def test_links_that_lead_somewhere_or_promise_nothing(link: str) -> None:
    rows = (row("x/a.md", body=link), row("x/b.md"), row("x/sub/index.md"))
    assert faults(*rows, files=("x/a.png",)) == []


@pytest.mark.parametrize(
    "link",
    ["[x](c.md)", "![x](b.png)", "[x](../../../b.md)", "[x](/b.md)", '<a href="c.md">x</a>', "[x]"],
)
def test_links_that_lead_nowhere(link: str) -> None:
    body = f"Text\n\n- {link}\n" if link != "[x]" else "[x]\n\n[x]: c.md\n"
    found = faults(row("x/a.md", body=body), row("x/b.md"))
    assert told(found) == [("x/a.md", 6, "dead-link")]


def test_a_link_to_a_folder_needs_no_index() -> None:
    assert faults(row("a.md", body="[x](sub/)"), files=("sub",)) == []


def test_a_dead_link_is_told_where_the_file_went() -> None:
    (fault,) = faults(row("a.md", body="[x](late.md)"), row("shipping/late.md"))
    assert fault.remedy == "did you mean shipping/late.md?"
    (fault,) = faults(row("a.md", body="[x](latte.md)"), row("late.md"))
    assert fault.remedy == "did you mean late.md?"


def test_without_exists_attachments_are_not_checked() -> None:
    rows = [row("a.md", body="![x](b.png) [y](c.md)")]
    found = cross_faults(rows, DEPARTMENTS, None, TODAY)
    assert [fault.message for fault in found] == ['the link "c.md" leads to no file']


def test_a_review_overdue_is_a_warning() -> None:
    late = "title: A\nreviewed: 2026-01-01\nreview_every: 30 days"
    (fault,) = faults(row("a.md", late))
    assert told([fault]) == [("a.md", 3, "review-overdue")]
    assert fault.severity is Severity.WARNING
    assert "301 days ago" in fault.message
    assert faults(row("a.md", f"{late}\nstatus: draft")) == []


def test_a_review_in_the_future_is_a_warning() -> None:
    (fault,) = faults(row("a.md", "title: A\nreviewed: 2027-01-01"))
    assert (fault.code, fault.severity) == ("future-review", Severity.WARNING)


def test_ten_thousand_files_are_checked_in_a_moment() -> None:
    rows = [row("a.md", body="[x](gone.md)\n" * 200)]
    rows += [CrossRow(f"{n}.md", str(n), f"T {n}", owner="x@y.example") for n in range(10_000)]
    assert len(faults(*rows)) == 200 + 10_000


def test_every_documented_fault_can_occur() -> None:
    root = Path(__file__).resolve().parents[2]
    table = (root / "docs" / "front-matter.md").read_text("utf-8").partition("## Faults")[2]
    folders = (root / "kb" / "documents", root / "kb" / "catalogue", root / "kb" / "storage")
    modules = (path for folder in folders for path in folder.rglob("*.py"))
    sources = "".join(path.read_text("utf-8") for path in modules)
    documented = set(re.findall(r"`([a-z0-9]+(?:-[a-z0-9]+)*)`", table)) - {"title", "reviewed"}
    assert len(documented) > 20
    for code in documented - {"review_every"}:
        made = re.sub(
            r"-(owner|deputy|related|successor)$", "-{name}", code
        )  # found of both in one place
        assert f'"{code}"' in sources or f'"{made}"' in sources, code


def named(*rows: CrossRow) -> list[tuple[str, int, str]]:
    return told(faults(*rows))


def test_what_replaces_a_procedure_and_what_is_like_it_must_be_there() -> None:
    header = "title: A\nrelated: [B-1, ../x/b.md, b, gone]\nsuccessor: B-7"
    other = row("x/b.md", "id: B-1\ntitle: B")
    assert named(row("x/a.md", header), other) == [
        ("x/a.md", 3, "dead-related"),
        ("x/a.md", 4, "dead-successor"),
    ]


def test_links_to_places_of_other_pages_must_lead_there() -> None:
    body = "[a](b.md#what-to-do) [b](b.md#What%20to%20do) [c](b#note) [d](b.md)\n\n[e](b.md#gone)\n"
    other = row("b.md", body='## What to do\n\n<a id="note"></a>x\n')
    (fault,) = faults(row("a.md", body=body), other)
    assert (fault.line, fault.code) == (6, "dead-anchor")


def test_wiki_links_lead_by_title_id_or_file_name() -> None:
    body = "[[The Card]] [[crd-1]] [[lost#Steps]]\n\n[[Gone]]\n"
    other = row("cards/lost.md", "id: CRD-1\ntitle: The card", "## Steps\n\nx\n")
    assert named(row("a.md", body=body), other) == [("a.md", 6, "dead-link")]


def test_an_address_from_the_top_that_no_page_has_is_a_warning() -> None:
    (fault,) = faults(row("a.md", body="[x](/site/page/)"))
    assert (fault.code, fault.severity) == ("dead-link", Severity.WARNING)


def test_a_copy_beside_its_original_is_told() -> None:
    rows = (row("a.md", "title: A"), row("a (1).md", "title: B"), row("c (1).md", "title: C"))
    assert named(*rows) == [("a (1).md", 1, "copy")]


@pytest.mark.parametrize("copy", ["a (conflicted copy).md", "a - Copy.md", "a-LAPTOP-7.md"])
def test_the_copy_is_told_and_not_the_original_although_it_sorts_first(copy: str) -> None:
    rows = (row("a.md", "id: A-1\ntitle: A"), row(copy, "id: A-1\ntitle: A"))
    assert {(path, code) for path, _, code in named(*rows)} == {
        (copy, "duplicate-id"),
        (copy, "duplicate-title"),
        (copy, "copy"),
    }
