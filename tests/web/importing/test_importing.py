"""Bring in: the three steps on the pages, for who may, with files that are none."""

from __future__ import annotations

import io
import re
from collections import deque

import pytest
from flask.testing import FlaskClient

from kb.bounded_process import Bounds
from kb.importing import opening_apart
from kb.parts import Parts
from kb.web.importing import importing
from tests.importing.exports import handbook, zendesk
from tests.importing.workbooks import lived_in, same_answers, table, tickets
from tests.pagekit import page

ROWS = (
    ["No", "Question", "Answer", "Team"],
    [1, "Parcel waits at the border", "1. Read the scan.\n2. Call the agent.", "Shipping"],
    [2, "Voucher is used up", "Look in the order, and read the rest aloud.", "Billing"],
    [3, "Box is wet <b>", "Ask for two pictures, and keep the box.", "Warehouse"],
)


def sent(client: FlaskClient, raw: bytes, name: str = "desk.xlsx") -> str:
    """The address that the upload leads to."""
    data = {"file": (io.BytesIO(raw), name)}
    answer = client.post("/imports", data=data, content_type="multipart/form-data")
    assert answer.status_code == 302
    return str(answer.location)


def flat(html: str) -> str:
    return re.sub(r"\s+", " ", html)


@pytest.fixture
def begun(administrator: FlaskClient) -> str:
    return sent(administrator, table(*ROWS))


def test_three_steps_and_the_undoing(administrator: FlaskClient, begun: str, parts: Parts) -> None:
    shown = page(administrator, begun)
    assert "The first procedures, as they will look" in shown
    assert '<option value="answer" selected>' in flat(shown).replace(
        ' selected="selected"', " selected"
    )
    answer = administrator.post(f"{begun}/mapping", data={"then": "preview"})
    assert answer.location == f"{begun}/preview"
    will = flat(page(administrator, f"{begun}/preview"))
    assert "Bring in 3 procedures" in will
    assert "Teams that are no departments here" in will
    assert "Box is wet &lt;b&gt;" in will
    done = administrator.post(f"{begun}/writing", follow_redirects=True)
    assert "Brought in: 3 from desk.xlsx." in done.text
    assert parts.catalogue.get("SHP-016")
    undo = re.search(r'action="(/changes/[0-9a-f]{40}/undo)"', done.text)
    assert undo
    administrator.post(undo[1])
    assert parts.catalogue.get("SHP-016") is None
    assert "undone" in page(administrator, "/imports")
    assert administrator.get(begun).status_code == 404


def test_what_is_corrected_is_kept(administrator: FlaskClient, begun: str, parts: Parts) -> None:
    said = {
        "take-0": "yes",
        "header-0": "1",
        "meaning-0-2": "leave out",
        "meaning-0-3": "answer",
        "department": "billing",
        "reviewed": "2026-11-01",
        "published": "yes",
        "name": "Our desk",
        "then": "stay",
    }
    answer = administrator.post(f"{begun}/mapping", data=said, follow_redirects=True)
    assert "What is Our desk?" in answer.text
    will = flat(page(administrator, f"{begun}/preview"))
    assert "What will be of Our desk" in will
    administrator.post(f"{begun}/writing")
    text = (parts.settings.content / "billing/box-is-wet-b.md").read_text()
    assert "reviewed: 2026-11-01" in text
    assert "Warehouse" in text
    assert "Our desk | Desk | 3" in text


def test_teams_and_rows_are_decided_on_the_preview(
    administrator: FlaskClient, begun: str, parts: Parts
) -> None:
    said = {
        "deciding": "1",
        "then": "preview",
        "team": "Warehouse",
        "team-department": "shipping",
        "leave": ["Desk!3"],
    }
    answer = administrator.post(f"{begun}/mapping", data=said, follow_redirects=True)
    assert "Teams that are no departments here" not in answer.text
    assert "you left it out" in answer.text
    administrator.post(f"{begun}/writing")
    assert (parts.settings.content / "shipping/box-is-wet-b.md").exists()
    assert not (parts.settings.content / "billing/voucher-is-used-up.md").exists()


def test_what_is_chosen_counts_when_it_is_brought_in_at_once(
    administrator: FlaskClient, begun: str, parts: Parts
) -> None:
    will = page(administrator, f"{begun}/preview")
    button = re.search(r'<button[^>]*\sformaction="([^"]+)"', will)
    assert button
    assert button[1] == f"{begun}/writing"
    said = {"deciding": "1", "team": "Warehouse", "team-department": "shipping", "leave": "Desk!3"}
    administrator.post(button[1], data=said)
    assert (parts.settings.content / "shipping/box-is-wet-b.md").exists()
    assert not list(parts.settings.content.rglob("voucher-is-used-up.md"))


def test_another_header_row_is_guessed_anew(administrator: FlaskClient) -> None:
    raw = table(["notes", "more"], ["Question", "Answer"], ["Who pays the duty?", "The customer."])
    begun = sent(administrator, raw)
    page(administrator, begun)
    said = {"take-0": "yes", "header-0": "1", "then": "stay"}
    administrator.post(f"{begun}/mapping", data=said)
    assert "no column looks like a title" in page(administrator, begun)


def test_hidden_rows_sheets_left_out_and_dumps_are_named(administrator: FlaskClient) -> None:
    will = page(administrator, f"{sent(administrator, lived_in())}/preview")
    assert "the row is hidden" in will
    assert "struck out, so left out" in will
    will = page(administrator, f"{sent(administrator, same_answers())}/preview")
    assert "the sheet is hidden" in will
    assert "says otherwise" in will
    will = page(administrator, f"{sent(administrator, tickets(), 'tickets.csv')}/preview")
    assert "dump of tickets" in flat(will)
    assert "There is nothing to bring in" in will


def test_a_conflict_is_shown_side_by_side_and_decided(
    administrator: FlaskClient, begun: str, parts: Parts
) -> None:
    administrator.post(f"{begun}/writing")
    path = parts.settings.content / "shipping/parcel-waits-at-the-border.md"
    path.write_text(path.read_text().replace("Read the scan.", "Read it."))
    rows = [list(row) for row in ROWS]
    rows[1][2] = "1. Read all.\n2. Call the agent."
    again = sent(administrator, table(*rows))
    will = page(administrator, f"{again}/preview")
    assert "Changed here and in the file" in will
    assert "1. Read it." in will
    key = re.search(r'name="anyway"\s+value="([^"]+)"', will)
    assert key
    said = {"deciding": "1", "then": "preview", "anyway": key[1]}
    administrator.post(f"{again}/mapping", data=said)
    administrator.post(f"{again}/writing")
    assert "1. Read all." in path.read_text()


def test_an_editor_brings_in_for_their_department_alone(editor: FlaskClient, parts: Parts) -> None:
    begun = sent(editor, table(*ROWS))
    will = flat(page(editor, f"{begun}/preview"))
    assert "it belongs to Billing, for which you do not write" in will
    editor.post(f"{begun}/writing")
    assert parts.catalogue.get("SHP-016")
    assert parts.catalogue.get("BIL-002") is None


def test_nobody_sees_what_another_began(
    editor: FlaskClient, reviewer: FlaskClient, rep: FlaskClient
) -> None:
    begun = sent(editor, table(*ROWS))
    for client in (reviewer, rep):
        assert client.get(begun).status_code == 404
        assert client.get(f"{begun}/preview").status_code == 404
        assert client.post(f"{begun}/writing").status_code == 404
    assert rep.get("/imports").status_code == 404


@pytest.mark.parametrize(
    ("raw", "name", "says"),
    [
        (b"", "desk.xlsx", "is empty"),
        (b"PK\x03\x04", "desk.xlsx", "is damaged"),
        (b"x", "~$desk.xlsx", "choose desk.xlsx itself"),
        (b"x", "", "Choose a file first"),
    ],
)
def test_a_file_that_is_none_ends_in_one_sentence(
    editor: FlaskClient, raw: bytes, name: str, says: str
) -> None:
    assert sent(editor, raw, name) == "/imports"
    assert says in page(editor, "/imports")


def test_a_file_that_takes_too_long_ends_in_one_sentence_and_is_not_kept(
    editor: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(opening_apart, "_idle", deque(maxlen=1))
    monkeypatch.setattr(opening_apart, "BOUNDS", Bounds(seconds=0.0))
    assert sent(editor, table(*ROWS)) == "/imports"
    shown = page(editor, "/imports")
    assert "reading it takes too long: bring it in in parts" in shown
    assert "What you brought in" not in shown


def test_what_was_decided_holds_the_next_time(
    administrator: FlaskClient, begun: str, parts: Parts
) -> None:
    said = {"take-0": "yes", "meaning-0-0": "leave out", "team": "Warehouse"}
    administrator.post(f"{begun}/mapping", data={**said, "team-department": "shipping"})
    administrator.post(f"{begun}/writing")
    again = sent(administrator, table(*ROWS))
    assert "3</strong> unchanged" in flat(page(administrator, f"{again}/preview"))
    other = [["Nr", *ROWS[0][1:]], *ROWS[1:]]
    anew = flat(page(administrator, sent(administrator, table(*other))))
    assert re.search(r'<option value="key" selected[^>]*>', anew)


def test_what_is_begun_can_be_forgotten(editor: FlaskClient) -> None:
    begun = sent(editor, table(*ROWS))
    editor.post(f"{begun}/removal")
    assert editor.get(begun).status_code == 404


def test_an_upload_beyond_the_limit_is_refused(
    editor: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "LARGEST_DOCUMENTS", 1000 - 1_000_000)
    data = {"file": (io.BytesIO(b"x" * 5000), "desk.xlsx")}
    answer = editor.post("/imports", data=data)
    assert answer.status_code == 413
    assert "That file is too large" in answer.text
    assert "without films" in answer.text


def test_a_word_document_is_split_previewed_brought_in_and_undone(
    administrator: FlaskClient, parts: Parts
) -> None:
    begun = sent(administrator, handbook(), "handbook.docx")
    shown = flat(page(administrator, begun))
    assert "2 procedures, by headings of level 1" in shown
    assert "one procedure" in shown
    assert "Broken on arrival" in shown
    assert '<img class="img-fluid" loading="lazy" src="data:image/png;base64,' in shown
    assert "not-found" not in shown
    will = flat(page(administrator, f"{begun}/preview"))
    assert "Bring in 2 procedures" in will
    assert "1 file beside it" in will
    assert "it stands before the first procedure of the document" in will
    administrator.post(f"{begun}/writing")
    there = parts.settings.content / "unassigned/broken-on-arrival-image1.png"
    assert there.exists()
    undo = re.search(r'action="(/changes/[0-9a-f]{40}/undo)"', page(administrator, "/imports"))
    assert undo
    administrator.post(undo[1])
    assert not there.exists()


def test_a_document_is_one_procedure_or_none_where_that_is_decided(
    administrator: FlaskClient,
) -> None:
    begun = sent(administrator, handbook(), "handbook.docx")
    administrator.post(f"{begun}/mapping", data={"page-0": "0", "then": "stay"})
    assert "Bring in 1 procedure" in flat(page(administrator, f"{begun}/preview"))
    administrator.post(f"{begun}/mapping", data={"page-0": "3", "then": "stay"})
    assert "Bring in 1 procedure" in flat(page(administrator, f"{begun}/preview"))
    administrator.post(f"{begun}/mapping", data={"page-0": "no", "then": "stay"})
    will = page(administrator, f"{begun}/preview")
    assert "There is nothing to bring in" in will
    assert "you left it out" in will


def test_a_draft_of_the_help_centre_comes_in_when_it_is_ticked(
    administrator: FlaskClient, parts: Parts
) -> None:
    begun = sent(administrator, zendesk(), "articles.json")
    will = page(administrator, f"{begun}/preview")
    assert "it is a draft there" in will
    said = {"deciding": "1", "then": "preview", "anyway": "13!0"}
    administrator.post(f"{begun}/mapping", data=said)
    will = flat(page(administrator, f"{begun}/preview"))
    assert "Bring in 3 procedures" in will
    assert "As you decided" in will
    administrator.post(f"{begun}/writing")
    assert (parts.settings.content / "billing/old.md").exists()


def test_an_editor_brings_documents_in_with_their_pictures_and_undoes_it(
    editor: FlaskClient, parts: Parts
) -> None:
    begun = sent(editor, handbook(), "handbook.docx")
    editor.post(f"{begun}/writing")
    there = parts.settings.content / "shipping/broken-on-arrival-image1.png"
    assert there.exists()
    undo = re.search(r'action="(/changes/[0-9a-f]{40}/undo)"', page(editor, "/imports"))
    assert undo
    editor.post(undo[1])
    assert not there.exists()


def test_places_of_several_procedures_on_one_page_have_names_of_their_own(
    administrator: FlaskClient,
) -> None:
    rows = [["Question", "Answer", "Other way"]]
    rows += [[f"Who pays {n}?", "1. Ask.\n2. Pay.", "Mail: write to them."] for n in ("A", "B")]
    shown = page(administrator, sent(administrator, table(*rows)))
    assert 'id="look-1-steps"' in shown
