"""Take out: the page, who may, and the file."""

from __future__ import annotations

import io
import re
import zipfile

import openpyxl
import pytest
from flask.testing import FlaskClient

from kb.exporting.making import ExportForm
from kb.parts import Parts
from tests.pagekit import page


def asked(client: FlaskClient, department: str, form: str = "zip") -> None:
    answer = client.post("/exports", data={"department": department, "form": form})
    assert answer.status_code == 302


def saved(client: FlaskClient, address: str) -> bytes:
    """The file behind that address."""
    with client.get(address) as answer:
        assert answer.status_code == 200
        assert "attachment" in answer.headers["Content-Disposition"]
        return bytes(answer.data)


def link(client: FlaskClient) -> str:
    found = re.search(r'href="(/exports/[0-9a-f]{32})"', page(client, "/exports"))
    assert found
    return found[1]


def choices(client: FlaskClient) -> list[str]:
    return re.findall(r'<option value="([^"]+)"', page(client, "/exports"))


def test_each_is_offered_what_is_theirs(
    administrator: FlaskClient, editor: FlaskClient, outsider: FlaskClient, rep: FlaskClient
) -> None:
    assert choices(administrator) == ["all", "shipping", "billing", "unassigned"]
    assert choices(editor) == ["shipping"]
    assert choices(outsider) == ["billing"]
    assert rep.get("/exports").status_code == 404


def test_a_zip_is_made_and_saved(editor: FlaskClient, outsider: FlaskClient, parts: Parts) -> None:
    asked(editor, "shipping")
    assert "waits for the worker" in page(editor, "/exports")
    parts.exporting.exports.work()
    address = link(editor)
    with zipfile.ZipFile(io.BytesIO(saved(editor, address))) as archive:
        assert "shipping/customs.md" in archive.namelist()
        assert "billing/lost-in-transit.md" not in archive.namelist()
    assert outsider.get(address).status_code == 404
    editor.post(f"{address}/removal")
    assert editor.get(address).status_code == 404


def test_what_is_all_has_no_drafts_of_others(administrator: FlaskClient, parts: Parts) -> None:
    asked(administrator, "all", "xlsx")
    parts.exporting.exports.work()
    sheet = openpyxl.load_workbook(io.BytesIO(saved(administrator, link(administrator)))).active
    assert {row[0].value for row in sheet.iter_rows(min_row=2)} == {"SHP-014", "BIL-001"}


def test_who_lost_the_right_does_not_get_the_file(editor: FlaskClient, parts: Parts) -> None:
    asked(editor, "shipping")
    parts.exporting.exports.work()
    address = link(editor)
    directory = parts.people.directory
    person = directory.by_email("editor@kb.example")
    assert person is not None
    directory.set_member(person.id, "shipping", [])
    assert editor.get(address).status_code == 404


@pytest.mark.parametrize(
    ("department", "form"), [("billing", "zip"), ("all", "zip"), ("shipping", "exe"), ("", "")]
)
def test_what_is_not_offered_is_not_made(
    editor: FlaskClient, parts: Parts, department: str, form: str
) -> None:
    asked(editor, department, form)
    assert "Choose what to take out" in page(editor, "/exports")
    assert not parts.exporting.exports.waiting()


def test_the_html_book_runs_nothing(administrator: FlaskClient, parts: Parts) -> None:
    asked(administrator, "billing", ExportForm.HTML.value)
    parts.exporting.exports.work()
    text = saved(administrator, link(administrator)).decode()
    assert "1.1 Refund: Order Lost in Transit" in text
    assert "<script" not in text


def test_what_was_taken_out_is_brought_in_without_a_step_between(
    administrator: FlaskClient, parts: Parts
) -> None:
    asked(administrator, "all")
    parts.exporting.exports.work()
    raw = saved(administrator, link(administrator))
    data = {"file": (io.BytesIO(raw), "all.zip")}
    begun = administrator.post("/imports", data=data, content_type="multipart/form-data")
    assert administrator.get(begun.location).location == f"{begun.location}/preview"
    assert "There is nothing to bring in" in page(administrator, f"{begun.location}/preview")


def test_templates_that_come_with_them_are_named_as_what_undoing_leaves(
    administrator: FlaskClient, parts: Parts
) -> None:
    asked(administrator, "all")
    parts.exporting.exports.work()
    raw = io.BytesIO(saved(administrator, link(administrator)))
    with zipfile.ZipFile(raw, "a") as archive:
        archive.writestr("_templates/fresh.md", "## Steps\n\n1. First\n")
        archive.writestr("billing/fresh.md", "---\ntitle: Fresh\n---\n\nWait for it.\n")
    data = {"file": (io.BytesIO(raw.getvalue()), "all.zip")}
    begun = administrator.post("/imports", data=data, content_type="multipart/form-data").location
    assert "but for 1 template" in page(administrator, f"{begun}/preview")
    told = administrator.post(f"{begun}/writing", follow_redirects=True).text
    assert "stay when it is undone: _templates/fresh.md" in told
