"""A procedure edited in the browser: who may, what is sent, what becomes of the file."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from kb.parts import Parts
from kb.procedures.visibility import Reader
from tests.conftest import LATE, NOW
from tests.pagekit import check_page, page
from tests.web.acts import hidden

EDIT = "/procedures/SHP-014/edit"


def fields(html: str) -> dict[str, str]:
    """What the form would send as it stands."""
    form = html[html.index('id="w-form"') :]
    found = {name: hidden(form, name) for name in ("base", "draft")}
    for tag in re.findall(r"<input[^>]*>", form):
        name = re.search(r'name="([^"]*)"', tag)
        if name and 'type="text"' in tag:
            found[name[1]] = unescape(re.search(r'value="([^"]*)"', tag)[1])
    for name, text in re.findall(
        r'<textarea[^>]*name="([^"]*)"[^>]*>\n(.*?)</textarea>', form, re.S
    ):
        found[name] = unescape(text).replace("\n", "\r\n")
    for name, options in re.findall(r'<select[^>]*name="([^"]*)"[^>]*>(.*?)</select>', form, re.S):
        chosen = re.search(r'<option value="([^"]*)"[^>]*selected', options)
        found[name] = unescape(chosen[1]) if chosen else ""
    return found


def file_of(home: Path) -> Path:
    return home / "content" / "shipping" / "late-shipment.md"


def save(client: FlaskClient, address: str = EDIT, **changes: str):
    sent = {**fields(page(client, address)), "note": "Better so", **changes}
    return client.post(address.partition("?")[0].replace("/edit", "/edits"), data=sent)


def test_saved_unchanged_it_is_the_same_bytes(editor: FlaskClient, home: Path) -> None:
    before = file_of(home).read_bytes()
    assert save(editor).status_code == 302
    assert file_of(home).read_bytes() == before
    assert "Nothing was changed" in page(editor, "/procedures/SHP-014")


def test_one_word_changed_is_one_line(editor: FlaskClient, home: Path, parts: Parts) -> None:
    body = fields(page(editor, EDIT))["body"]
    assert "\r\n" in body
    answer = save(editor, body=body.replace("code L5", "code L7"))
    assert answer.location == "/procedures/SHP-014"
    assert file_of(home).read_text() == LATE.replace("code L5", "code L7")
    shown = page(editor, answer.location)
    assert "Saved." in shown
    assert "code L7" in shown
    found = parts.search.searcher.search("code L7", Reader(), NOW.date())
    assert found.hits[0].id == "SHP-014"


def test_the_front_matter_is_a_form(editor: FlaskClient, home: Path) -> None:
    save(
        editor,
        title="Complaint: Very Late",
        keywords="Complaint: Late Shipment\r\nWISMO\r\n",
        deputy="",
        review_every="90 days",
        audience="phone\r\nchat",
        finds="parcel never came",
    )
    changed = LATE.replace('Late Shipment"\nkey', 'Very Late"\nkey')
    changed = changed.replace('"where is my parcel"', "WISMO").replace("6 months", "90 days")
    changed = changed.replace("deputy: reviewer@kb.example\n", "")
    text = file_of(home).read_text()
    assert "audience: [phone, chat]\n" in text
    for line in changed.splitlines():
        assert line in text


@pytest.mark.parametrize("who", ["rep", "outsider", "administrator"])
def test_who_does_not_write_for_the_department_finds_nothing(
    who: str, request: pytest.FixtureRequest
) -> None:
    client: FlaskClient = request.getfixturevalue(who)
    page(client, EDIT, 404)
    for verb in ("edits", "preview", "draft", "attachments", "resolution"):
        assert client.post(f"/procedures/SHP-014/{verb}").status_code == 404
    assert "/edit" not in page(client, "/procedures/SHP-014")


def test_signed_out_what_was_written_is_kept_through_the_sign_in(
    editor: FlaskClient, anonymous: FlaskClient, home: Path
) -> None:
    sent = {**fields(page(editor, EDIT)), "body": "Written while the session ended."}
    refused = anonymous.post("/procedures/SHP-014/edits", data=sent)
    assert refused.status_code == 401
    form = {
        "email": "editor@kb.example",
        "password": "correct horse battery",
        "kept": hidden(refused.text, "kept"),
    }
    shown = anonymous.post("/sign-in", data=form)
    check_page(shown.text)
    assert "Written while the session ended." in shown.text
    assert file_of(home).read_text() == LATE


def test_a_page_that_is_older_than_the_file_merges(
    editor: FlaskClient, reviewer: FlaskClient, home: Path
) -> None:
    old = fields(page(editor, EDIT))
    save(reviewer, title="Complaint: Later")
    sent = {**old, "body": old["body"].replace("code L5", "code L7")}
    answer = editor.post("/procedures/SHP-014/edits", data=sent)
    assert answer.status_code == 302
    text = file_of(home).read_text()
    assert 'title: "Complaint: Later"' in text
    assert "code L7" in text
    assert "together with what somebody else changed" in page(editor, answer.location)


def test_a_department_one_does_not_write_for_is_refused(editor: FlaskClient, home: Path) -> None:
    refused = save(editor, department="billing", body="My text.")
    assert refused.status_code == 400
    check_page(refused.text)
    assert "You do not write for Billing." in refused.text
    assert "My text." in refused.text
    assert file_of(home).read_text() == LATE


def test_without_a_title_or_a_needed_note_it_is_not_saved(editor: FlaskClient, home: Path) -> None:
    assert "Give it a title." in save(editor, title=" ").text
    refused = save(editor, body="Other.", note="", worth_telling="yes")
    assert refused.status_code == 400
    assert "say what changed" in refused.text
    assert file_of(home).read_text() == LATE


def test_the_preview_is_the_page_with_its_faults(editor: FlaskClient, home: Path) -> None:
    sent = fields(page(editor, EDIT))
    sent |= {"body": "## Steps\r\n\r\n1. See [x](nowhere.md).\r\n<script>alert(1)</script>\r\n"}
    sent |= {"owner": "nobody@kb.example", "title": "Refund: Order Lost in Transit"}
    whole = editor.post("/procedures/SHP-014/preview", data=sent)
    assert whole.status_code == 200
    check_page(whole.text)
    piece = editor.post("/procedures/SHP-014/preview", data=sent, headers={"X-Wants": "piece"})
    for text in (whole.text, piece.text):
        assert "<script>alert" not in text
        assert "leads to no file" in text
        assert "is nobody here" in text
        assert "is also that of billing/lost-in-transit.md" in unescape(text)
    assert "<html" not in piece.text
    assert file_of(home).read_text() == LATE


def test_a_preview_tells_nothing_of_drafts_of_others(outsider: FlaskClient, home: Path) -> None:
    address = "/procedures/BIL-001/edit"
    sent = fields(page(outsider, address))
    sent |= {"body": "[x](../shipping/customs.md)", "title": "Shipping: Customs Zebra Papers"}
    shown = outsider.post("/procedures/BIL-001/preview", data=sent).text
    assert "leads to no file" in shown
    assert "SHP-015" not in shown
    assert "a draft of another department" in shown


def test_front_matter_that_is_broken_is_mended_as_text(editor: FlaskClient, home: Path) -> None:
    broken = LATE.replace('"Complaint: Late Shipment"\nkey', "Complaint: Late: Shipment\nkey")
    file_of(home).write_text(broken)
    shown = page(editor, EDIT)
    assert "a value has a colon in it" in shown
    sent = fields(shown)
    assert save(editor).status_code == 302
    assert file_of(home).read_text() == broken
    mended = sent["head"].replace("Complaint: Late: Shipment", '"Complaint: Late Shipment"')
    assert save(editor, head=mended).status_code == 302
    assert file_of(home).read_text() == LATE
    renamed = save(editor, head=mended.replace("SHP-014", "SHP-099"))
    assert renamed.status_code == 302  # the front matter is sound again: its text does not count
    assert file_of(home).read_text() == LATE


def test_a_forged_base_is_refused(editor: FlaskClient) -> None:
    for base in ("", "x", "eJwDAAAAAAE"):
        answer = editor.post("/procedures/SHP-014/edits", data={"base": base, "body": "x"})
        assert answer.status_code == 400


def test_a_section_is_found_by_its_anchor(editor: FlaskClient) -> None:
    shown = page(editor, f"{EDIT}?passage=what-to-say")
    line = int(re.search(r'data-line="(\d+)"', shown)[1])
    assert LATE.split("---\n", 2)[2].splitlines()[line - 1] == "## What to say"
    assert "data-line" not in page(editor, f"{EDIT}?passage=nowhere")


def test_a_step_is_found_by_its_number_and_an_unknown_one_by_its_section(
    editor: FlaskClient,
) -> None:
    lines = LATE.split("---\n", 2)[2].splitlines()
    for passage, begins in (
        ("steps~2", "2. **Is the last scan"),
        ("steps~3", "3. Note the choice"),
        ("steps~9", "## Steps"),
        ("steps~x", "## Steps"),
        ("what-to-say~1", "## What to say"),
    ):
        line = int(re.search(r'data-line="(\d+)"', page(editor, f"{EDIT}?passage={passage}"))[1])
        assert lines[line - 1].startswith(begins)


def test_a_disk_that_cannot_be_written_is_said_and_the_draft_stays(
    editor: FlaskClient, home: Path, parts: Parts
) -> None:
    sent = {**fields(page(editor, EDIT)), "body": "New text."}
    folder = file_of(home).parent
    folder.chmod(0o500)
    try:
        answer = editor.post("/procedures/SHP-014/edits", data=sent)
    finally:
        folder.chmod(0o700)
    if answer.status_code == 302:
        pytest.skip("this user may write anywhere")
    assert answer.status_code == 503
    check_page(answer.text)
    assert "kept as a draft" in answer.text
    assert "New text." in answer.text
    assert file_of(home).read_text() == LATE


def test_saving_is_no_get(editor: FlaskClient) -> None:
    assert editor.get("/procedures/SHP-014/edits").status_code in (404, 405)


def test_a_search_test_that_would_break_is_told_before_it_is_saved(
    editor: FlaskClient, home: Path, parts: Parts
) -> None:
    body = fields(page(editor, EDIT))["body"]
    assert save(editor, finds="code L5").status_code == 302
    before = file_of(home).read_bytes()
    changed = {"finds": "code L5\r\nzeppelin docking", "body": body}
    answer = save(editor, **changed)
    assert answer.status_code == 409
    check_page(answer.text)
    assert "1 search test would fail" in answer.text
    assert "zeppelin docking" in answer.text
    assert file_of(home).read_bytes() == before
    again = save(editor, f"{EDIT}?draft=continue", **changed, anyway="yes")
    assert again.status_code == 302
    assert b"zeppelin docking" in file_of(home).read_bytes()


def test_what_insight_proposes_stands_in_the_form(editor: FlaskClient) -> None:
    shown = fields(page(editor, f"{EDIT}?keyword=where+is+it&finds=parcel+lost"))
    assert "where is it" in shown["keywords"].splitlines()
    assert "parcel lost" in shown["finds"].splitlines()
