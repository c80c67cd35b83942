"""Renamed, moved, retired, erased: each first says what it changes; and files beside the text."""

from __future__ import annotations

import io
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from kb.parts import Parts
from tests.conftest import LATE, NOW
from tests.pagekit import check_page, page
from tests.web.publishing.test_drafting import keep
from tests.web.publishing.test_editing import EDIT, fields, file_of

PNG = b"\x89PNG\r\n\x1a\n" + b"x" * 20
AT = "/procedures/SHP-014"


@pytest.fixture
def linked(home: Path, parts: Parts) -> Path:
    """A procedure of billing that links to SHP-014."""
    file = home / "content" / "billing" / "lost-in-transit.md"
    file.write_text(file.read_text() + "\nSee [late](../shipping/late-shipment.md).\n")
    parts.publishing.publisher.refresh(NOW.date())
    return file


def test_a_moved_procedure_keeps_its_id_and_links_follow(
    editor: FlaskClient, home: Path, linked: Path
) -> None:
    shown = page(editor, f"{AT}/place")
    assert "1 procedure links to it" in shown
    assert "billing/lost-in-transit.md" in shown
    sent = {"title": "Complaint: Slow", "department": "shipping", "path": "shipping/slow/late.md"}
    answer = editor.post(f"{AT}/place", data=sent)
    assert answer.location == AT
    text = (home / "content" / "shipping" / "slow" / "late.md").read_text()
    assert 'title: "Complaint: Slow"' in text
    assert not file_of(home).exists()
    assert "(../shipping/slow/late.md)" in linked.read_text()
    assert editor.get("/procedures/shipping/late-shipment.md").location == AT
    assert "Complaint" in page(editor, AT)


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"title": ""}, "title is empty"),
        ({"path": "../x.md"}, "x.md"),
        ({"path": "shipping/customs.md"}, "customs.md"),
        ({"department": "billing"}, "You do not write for Billing"),
    ],
)
def test_a_move_that_cannot_be_is_said(
    editor: FlaskClient, home: Path, sent: dict, said: str
) -> None:
    asked = {"title": "Complaint: Late Shipment", "department": "shipping"}
    asked |= {"path": "shipping/late-shipment.md", **sent}
    answer = editor.post(f"{AT}/place", data=asked)
    assert answer.status_code == 400
    check_page(answer.text)
    assert said in unescape(answer.text)
    assert file_of(home).read_text() == LATE


def test_a_retired_one_leads_to_its_successor(editor: FlaskClient, home: Path) -> None:
    assert "Retire it" in page(editor, f"{AT}/retirement")
    looked = editor.post(f"{AT}/retirement", data={"successor": "refund lost"})
    assert looked.status_code == 400
    check_page(looked.text)
    assert "Choose one of these" in looked.text
    assert "BIL-001" in looked.text
    done = editor.post(f"{AT}/retirement", data={"successor": "BIL-001", "note": "old way"})
    assert done.location == AT
    assert "status: retired" in file_of(home).read_text()
    assert "Refund: Order Lost in Transit" in page(editor, AT)
    assert "Use it again" in page(editor, f"{AT}/retirement")
    assert editor.post(f"{AT}/reinstatement").status_code == 302
    assert "retired" not in file_of(home).read_text()


def test_a_draft_of_another_department_is_no_successor(outsider: FlaskClient) -> None:
    refused = outsider.post("/procedures/BIL-001/retirement", data={"successor": "SHP-015"})
    assert refused.status_code == 400
    assert "Zebra" not in refused.text


def test_only_an_administrator_erases_and_types_the_id(
    editor: FlaskClient, administrator: FlaskClient, home: Path, linked: Path
) -> None:
    keep(editor, body="A draft of what goes.")
    page(editor, f"{AT}/erasure", 404)
    assert editor.post(f"{AT}/erasure", data={"typed": "SHP-014"}).status_code == 404
    shown = page(administrator, f"{AT}/erasure")
    assert "cannot be undone" in shown
    assert "links to it" in shown
    refused = administrator.post(f"{AT}/erasure", data={"typed": "SHP-01"})
    assert refused.status_code == 400
    check_page(refused.text)
    assert file_of(home).exists()
    assert administrator.post(f"{AT}/erasure", data={"typed": "SHP-014"}).location == "/"
    assert not file_of(home).exists()
    page(editor, AT, 404)
    assert "A draft of what goes" not in page(editor, "/drafts")


@pytest.mark.parametrize("who", ["rep", "outsider"])
def test_others_find_nothing(who: str, request: pytest.FixtureRequest, home: Path) -> None:
    client: FlaskClient = request.getfixturevalue(who)
    for noun in ("place", "retirement", "erasure"):
        page(client, f"{AT}/{noun}", 404)
        assert client.post(f"{AT}/{noun}").status_code == 404
    assert client.post(f"{AT}/reinstatement").status_code == 404
    assert file_of(home).read_text() == LATE


def test_the_ways_stand_on_the_page_of_who_may(
    editor: FlaskClient, administrator: FlaskClient, rep: FlaskClient
) -> None:
    for noun in ("edit", "place", "retirement"):
        assert f'href="{AT}/{noun}"' in page(editor, AT)
        assert f'href="{AT}/{noun}"' not in page(rep, AT)
    assert f'href="{AT}/erasure"' not in page(editor, AT)
    assert f'href="{AT}/erasure"' in page(administrator, AT)


def attach(client: FlaskClient, name: str, raw: bytes, piece: bool = True):
    sent = {**fields(page(client, EDIT)), "file": (io.BytesIO(raw), name)}
    headers = {"X-Wants": "piece"} if piece else {}
    form = "multipart/form-data"
    answer = client.post(f"{AT}/attachments", data=sent, headers=headers, content_type=form)
    answer.request.environ["wsgi.input"].close()  # a large one lies in a temporary file
    return answer


def test_a_picture_lies_beside_the_procedure_and_is_shown(
    editor: FlaskClient, rep: FlaskClient, home: Path
) -> None:
    answer = attach(editor, "Screen Shot.PNG", PNG)
    assert (answer.status_code, answer.json) == (
        201,
        {"markdown": "![Screen shot](screen-shot.png)"},
    )
    assert (file_of(home).parent / "screen-shot.png").read_bytes() == PNG
    with editor.get("/files/shipping/screen-shot.png") as served:
        assert served.data == PNG
    other = attach(editor, "Screen Shot.png", PNG + b"other")
    assert other.json == {"markdown": "![Screen shot](screen-shot-2.png)"}


def test_without_script_its_line_stands_at_the_end(editor: FlaskClient) -> None:
    answer = attach(editor, "form.pdf", b"%PDF-1.7", piece=False)
    assert answer.status_code == 200
    check_page(answer.text)
    assert fields(answer.text)["body"].endswith("[Form](form.pdf)\r\n")


@pytest.mark.parametrize(
    ("name", "raw", "said"),
    [
        ("a.html", b"<script>", "Only PNG"),
        ("a.svg", b"<svg", "well-formed"),
        ("", b"", "Choose a file"),
        ("a.png", PNG + b"x" * (5 * 1024 * 1024), "at most 5 MB"),
    ],
)
def test_what_is_not_taken_is_said(
    editor: FlaskClient, home: Path, name: str, raw: bytes, said: str
) -> None:
    answer = attach(editor, name, raw)
    assert answer.status_code == 400
    assert said in answer.json["problem"]
    assert not list(home.rglob("a.*"))
    whole = attach(editor, name, raw, piece=False)
    check_page(whole.text)
    assert said in whole.text


def test_a_drawing_is_made_harmless(editor: FlaskClient, home: Path) -> None:
    raw = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script><path d="M0"/></svg>'
    assert attach(editor, "a.svg", raw).status_code == 201
    stored = (file_of(home).parent / "a.svg").read_text()
    assert "script" not in stored
    assert "path" in stored


def test_completion_shows_what_one_may_find(
    editor: FlaskClient, outsider: FlaskClient, rep: FlaskClient
) -> None:
    assert rep.get("/writing/keywords?q=late").status_code == 404
    assert rep.get("/writing/procedures?q=late").status_code == 404
    found = editor.get("/writing/keywords?q=LATE").json["keywords"]
    assert found == [{"text": "Complaint: Late Shipment", "count": 1}]
    tree = editor.get("/writing/keywords").json["categories"]
    assert {"text": "Complaint", "count": 1} in tree
    under = editor.get("/writing/keywords?category=complaint").json["keywords"]
    assert [one["text"] for one in under] == ["Complaint: Late Shipment"]
    zebra = "/writing/procedures?q=customs+zebra&from=billing/x.md"
    hit = editor.get(zebra).json["procedures"][0]
    assert (hit["id"], hit["address"]) == ("SHP-015", "../shipping/customs.md")
    assert "SHP-015" not in outsider.get(zebra).text
    assert "Zebra" not in outsider.get("/writing/keywords?q=zebra").text
    assert outsider.get("/writing/keywords?q=%25").json == {"keywords": []}
    assert outsider.get("/writing/procedures?q=").json == {"procedures": []}
