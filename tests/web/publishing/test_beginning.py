"""New procedures: from templates, from a search that failed; their ids and files."""

from __future__ import annotations

import re
from html import unescape
from pathlib import Path

import pytest
from click.testing import CliRunner
from flask.testing import FlaskClient

from kb.cli import kb
from kb.parts import Parts
from kb.procedures.visibility import Reader
from tests.conftest import NOW
from tests.pagekit import check_page, page
from tests.web.publishing.test_editing import fields

TEMPLATE = """\
---
title: With steps
description: The usual one.
audience: [phone]   # kept
---

## Steps

1. …
"""


@pytest.fixture
def templates(home: Path) -> Path:
    folder = home / "content" / "_templates"
    folder.mkdir()
    (folder / "steps.md").write_text(TEMPLATE)
    (home / "content" / "billing" / "_templates").mkdir()
    (home / "content" / "billing" / "_templates" / "refund.md").write_text("A refund.\n")
    return folder


def begin(client: FlaskClient, template: str = "_templates/steps.md", **wish: str) -> dict:
    given = {"title": "Complaint: Wet Parcel", "department": "shipping", **wish}
    asked = "&".join(f"{name}={value}" for name, value in {**given, "template": template}.items())
    return fields(page(client, f"/procedures/new?{asked}"))


@pytest.mark.usefixtures("templates")
def test_from_a_failed_search_to_a_procedure_that_is_found(
    editor: FlaskClient, reviewer: FlaskClient, home: Path, parts: Parts
) -> None:
    nothing = page(editor, "/search?q=qqzz+parcel+moist")
    assert "/procedures/new?q=qqzz" in unescape(nothing)
    chooser = page(editor, "/procedures/new?q=wet+parcel&department=shipping")
    assert 'value="Wet parcel"' in chooser
    assert "With steps" in chooser
    assert "Empty page" in chooser
    assert "Is it one of these?" in chooser
    assert "refund" not in chooser.lower().partition("is it one")[0]
    sent = begin(editor, q="wet parcel")
    assert (sent["id"], sent["path"]) == ("SHP-016", "shipping/wet-parcel.md")
    assert (sent["keywords"], sent["owner"]) == ("wet parcel", "Eddy Editor")
    assert sent["status"] == "draft"  # an editor submits, and a reviewer publishes
    refused = editor.post("/procedures", data={**sent, "status": "published"})
    assert refused.status_code == 400
    assert "A reviewer publishes it" in refused.text
    assert 'aria-invalid="true"' in refused.text
    sent["note"], submit = "asked often", {"then": "submit"}
    unwritten = editor.post("/procedures", data={**sent, **submit})
    assert unwritten.status_code == 409
    assert "“1. …” is still the template" in unwritten.text
    sent["body"] = sent["body"].replace("1. …", "1. Ask for a picture of the wet box.")
    answer = editor.post("/procedures", data={**sent, **submit})
    assert answer.location == "/submissions/1"
    assert reviewer.post("/submissions/1/approval").location == "/submissions/1"
    text = (home / "content" / "shipping" / "wet-parcel.md").read_text()
    assert text.startswith("---\n")
    for line in ("id: SHP-016", 'title: "Complaint: Wet Parcel"', "audience: [phone]   # kept"):
        assert f"{line}\n" in text
    assert "description" not in text
    assert text.endswith("## Steps\n\n1. Ask for a picture of the wet box.\n")
    found = parts.search.searcher.search("wet parcel", Reader(), NOW.date())
    assert found.hits[0].id == "SHP-016"
    assert begin(editor)["id"] == "SHP-017"
    assert begin(editor)["path"] == "shipping/wet-parcel-2.md"


@pytest.mark.usefixtures("templates")
def test_templates_are_no_procedures(parts: Parts, editor: FlaskClient) -> None:
    parts.publishing.publisher.refresh(NOW.date())
    assert not any("_templates" in path for path in parts.catalogue.stamps())
    page(editor, "/files/_templates/steps.md", 404)


@pytest.mark.usefixtures("templates")
def test_who_may_begin_one(
    rep: FlaskClient, administrator: FlaskClient, outsider: FlaskClient
) -> None:
    page(rep, "/procedures/new", 404)
    assert rep.post("/procedures").status_code == 404
    assert "/procedures/new" not in page(rep, "/search?q=qqzz")
    page(administrator, "/procedures/new")
    shown = page(outsider, "/procedures/new?department=shipping")
    assert re.search(r'value="billing"\s+selected', shown)
    assert "shipping" not in shown.partition("</form>")[0]
    sent = begin(outsider, department="billing")
    assert sent["id"] == "BIL-002"
    refused = outsider.post("/procedures", data={**sent, "department": "shipping"})
    assert refused.status_code == 400
    assert "You do not write for Shipping" in refused.text


@pytest.mark.usefixtures("templates")
@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"title": ""}, "Give it a title"),
        ({"id": "SHP-014"}, "another procedure"),
        ({"path": "shipping/late-shipment.md"}, "is a file"),
        ({"path": "../out.md"}, "Not saved"),
        ({"path": "shipping/x.txt"}, "Not saved"),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_lost(
    editor: FlaskClient, changes: dict, said: str, home: Path
) -> None:
    before = sorted((home / "content").rglob("*"))
    answer = editor.post("/procedures", data={**begin(editor), "body": "My words.", **changes})
    assert answer.status_code == 400
    check_page(answer.text)
    assert said in unescape(answer.text)
    assert "My words." in answer.text
    assert sorted((home / "content").rglob("*")) == before


@pytest.mark.usefixtures("templates")
def test_a_draft_of_a_new_one_goes_on(editor: FlaskClient, reviewer: FlaskClient) -> None:
    sent = {**begin(editor), "body": "Half."}
    number = editor.post("/procedures/new/draft", data=sent).json["draft"]
    again = editor.post("/procedures/new/draft", data={**sent, "draft": str(number)})
    assert again.json["draft"] == number
    shown = fields(page(editor, f"/procedures/new?draft={number}"))
    assert (shown["body"], shown["draft"]) == ("Half.", str(number))
    page(reviewer, f"/procedures/new?draft={number}", 404)
    assert "Half." in page(editor, f"/drafts/{number}")
    assert editor.post("/procedures", data=shown).status_code == 302
    assert "No drafts" in page(editor, "/drafts")


@pytest.mark.usefixtures("templates")
def test_the_preview_of_a_new_one_shows_what_is_like_it(editor: FlaskClient) -> None:
    sent = {**begin(editor), "title": "Complaint: Late Shipment"}
    shown = editor.post("/procedures/new/preview", data=sent)
    check_page(shown.text)
    assert "Is it one of these?" in shown.text
    assert "is also that of shipping/late-shipment.md" in unescape(shown.text)


@pytest.mark.usefixtures("templates")
def test_kb_new_makes_a_draft(parts: Parts, home: Path) -> None:
    args = ["new", "Complaint:", "Wet", "Box", "--department", "shipping", "--template", "steps"]
    done = CliRunner().invoke(kb, [*args, "--owner", "editor@kb.example"], obj=lambda: parts)
    assert done.exit_code == 0, done.output
    assert "SHP-016" in done.output
    text = (home / "content" / "shipping" / "wet-box.md").read_text()
    assert "status: draft\n" in text
    assert "owner: editor@kb.example\n" in text
    assert parts.catalogue.get("SHP-016") is not None
    for wrong in (["--department", "nowhere"], ["--department", "shipping", "--template", "no"]):
        assert CliRunner().invoke(kb, ["new", "X", *wrong], obj=lambda: parts).exit_code == 2
