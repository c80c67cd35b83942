"""Whole documents: what each becomes, their links and pictures, the second run, the undoing."""

from __future__ import annotations

import json
import time
import zipfile
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from kb.documents.markdown.rendering import Renderer
from kb.importing.drafting import DraftedProcedure, Drafting, drafted
from kb.importing.first_guess import guess
from kb.importing.opening import opened
from kb.importing.pages import archives
from kb.importing.permits import everything
from kb.importing.proposed import Fate, ImportPreview
from kb.importing.readers.unreadable import UnreadableFile
from kb.parts import Parts
from kb.publishing.batches import Batch
from kb.publishing.edits import Author
from tests.conftest import NOW
from tests.importing import exports
from tests.importing.word_documents import document, heading, p, png, r, step, zipped
from tests.reviews.test_departures import person

OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
JO = Author("Jo", "jo@kb.example")


def drafts(raw: bytes, name: str) -> Drafting:
    """What comes of it by the first guess."""
    book = opened(name, raw)
    return drafted(book, guess(book), NOW.date())


def shape(one: DraftedProcedure) -> tuple[str, int, list[str]]:
    """Its title, its steps, its other methods."""
    body = one.body()
    page = Renderer().render(body, "a.md", lambda _: None)
    methods = [method.name for part in page.parts for method in part.methods]
    return one.title, len(Renderer().step_lines(body, one.title)), methods


GOLDEN: list[tuple[str, Callable[[], bytes], list[tuple[str, int, list[str]]], list[str]]] = [
    (
        "handbook.docx",
        exports.handbook,
        [("Broken on arrival", 2, ["By mail"]), ("Wrong colour", 2, [])],
        ["Printed in May."],
    ),
    (
        "chapters.docx",
        exports.chapters,
        [("Late", 2, []), ("Lost", 2, []), ("Paid twice", 2, [])],
        ["All about parcels."],
    ),
    ("one.docx", exports.one_procedure, [("Gift wrapping", 2, [])], []),
    ("hours.html", exports.web_page, [("Opening hours", 2, [])], []),
    (
        "vouchers.htm",
        exports.several_in_a_page,
        [("Expired", 2, []), ("Lost", 2, [])],
        ["All of them."],
    ),
    ("space.zip", exports.confluence, [("Swap a size", 2, ["In a shop"]), ("Shops", 0, [])], [""]),
    ("notes.zip", exports.notion, [("Refund: by card", 2, []), ("List", 0, [])], [""]),
    ("vault.zip", exports.obsidian, [("Call back", 2, []), ("Hours", 0, [])], []),
    ("otter.zip", exports.otter_wiki, [("Start", 0, []), ("Refunds", 2, [])], []),
    ("outline.zip", exports.outline, [("Late", 0, []), ("Lost", 0, [])], []),
    ("docmost.zip", exports.docmost, [("Angry caller", 0, []), ("Refund", 2, [])], []),
    ("house.zip", exports.bookstack, [("Keys", 0, []), ("Doors", 2, [])], []),
    ("articles.json", exports.zendesk, [("Lost card", 2, []), ("Fees", 0, [])], ["Old"]),
    ("solutions.json", exports.freshdesk, [("Reset", 2, [])], ["Unready"]),
    ("both.zip", exports.word_in_a_zip, [("Gift wrapping", 2, [])], [""]),
    ("fee.md", exports.markdown_file, [("Late fee", 2, [])], []),
]


@pytest.mark.parametrize(
    ("name", "made", "expected", "left"), GOLDEN, ids=lambda one: str(one)[:20]
)
def test_each_document_becomes_the_procedures_that_it_holds(
    name: str,
    made: Callable[[], bytes],
    expected: list[tuple[str, int, list[str]]],
    left: list[str],
) -> None:
    found = drafts(made(), name)
    assert [shape(one) for one in found.procedures] == expected
    assert [one.title for one in found.left_out] == left


def test_what_a_document_says_of_itself_is_taken_over() -> None:
    (page,) = drafts(exports.web_page(), "hours.html").procedures
    assert page.keywords == ("hours", "open")
    assert page.first.teams[0] == "Orders"
    assert page.first.reviewed == date(2026, 10, 5)
    assert "hidden text is left out: “for us”" in page.noticed
    assert "struck-out text is left out: “nine”" in page.noticed
    assert "> [!WARNING]\n> Not on Sundays." in page.body()
    (fee,) = drafts(exports.markdown_file(), "fee.md").procedures
    assert (fee.keywords, fee.first.owner) == (("fee", "late"), "jo@kb.example")
    assert fee.first.fields == (("audience", ("phone",)),)
    assert fee.noticed == ("it says more that has no field here: weight",)
    notes = drafts(exports.notion(), "notes.zip").procedures[0]
    assert (notes.keywords, notes.first.teams[0]) == (("refund", "card"), "Billing")
    assert notes.first.reviewed == date(2026, 10, 2)
    assert notes.body().startswith("> [!TIP]\n> Ask first.")
    card = drafts(exports.zendesk(), "articles.json").procedures[0]
    assert (card.keywords, card.first.teams[0]) == (("card", "Money: Card"), "Billing")


def test_chapters_are_categories() -> None:
    found = drafts(exports.chapters(), "chapters.docx").procedures
    assert [one.first.category for one in found] == ["Parcels", "Parcels", "Money"]


def test_boxes_and_comments_of_other_programs() -> None:
    back = drafts(exports.obsidian(), "vault.zip").procedures[0]
    assert back.body().startswith("> [!CAUTION]\n> **Careful**\n>\n> Not at night.")
    assert "why?" not in back.body()
    assert "**this**" in back.body()
    assert "^block1" not in back.body()
    assert "1 comment is left out" in back.noticed
    late = drafts(exports.outline(), "outline.zip").procedures[0]
    assert "> [!WARNING]\n> Never promise." in late.body()


def proposed(parts: Parts, raw: bytes, name: str, **changes: object) -> ImportPreview:
    book = opened(name, raw)
    mapping = replace(guess(book), **changes)
    permit = everything(parts.publishing.departments())
    return parts.importing.proposing.preview(book, mapping, permit, NOW.date())


def brought_in(parts: Parts, raw: bytes, name: str, later: int = 0, **changes: object) -> Batch:
    preview = proposed(parts, raw, name, **changes)
    permit = everything(parts.publishing.departments())
    done = parts.importing.bringing_in.bring_in(preview, permit, JO, NOW + timedelta(minutes=later))
    assert isinstance(done, Batch)
    return done


def text_of(parts: Parts, path: str) -> str:
    return (parts.settings.content / path).read_text(encoding="utf-8")


def test_links_lead_to_where_the_documents_went(parts: Parts) -> None:
    brought_in(parts, exports.handbook(), "handbook.docx", department="billing")
    assert "[broken on arrival](broken-on-arrival.md)" in text_of(parts, "billing/wrong-colour.md")
    done = brought_in(parts, exports.confluence(), "space.zip", department="billing")
    assert "[Berlin](shops.md#berlin)" in text_of(parts, "billing/swap-a-size.md")
    shops = text_of(parts, "billing/shops.md")
    assert "Back to [sizes](swap-a-size.md), or gone." in shops
    assert len(done.paths) == 2
    brought_in(parts, exports.zendesk(), "articles.json", department="shipping")
    assert "[fees](fees.md#for-cards)" in text_of(parts, "billing/lost-card.md")
    brought_in(parts, exports.notion(), "notes.zip", department="shipping")
    assert "[the list](../shipping/list.md#cards)" in text_of(parts, "billing/refund-by-card.md")
    brought_in(parts, exports.obsidian(), "vault.zip", department="billing")
    back = text_of(parts, "billing/call-back.md")
    assert "[the hours](hours.md#sunday)" in back
    assert "See Nowhere and" in back
    assert "[Back](call-back.md)" in text_of(parts, "billing/hours.md")
    brought_in(parts, exports.otter_wiki(), "otter.zip", department="billing")
    assert "[Refunds](refunds.md)" in text_of(parts, "billing/start.md")
    assert "[Home](start.md)" in text_of(parts, "billing/refunds.md")
    brought_in(parts, exports.bookstack(), "house.zip", department="billing")
    assert "[Keys]" in text_of(parts, "billing/doors.md")
    faults = parts.publishing.publisher.check(NOW.date())
    mine = [one for one in faults if one.code in ("dead-link", "dead-anchor")]
    assert not [one for one in mine if one.path.startswith(("billing/", "shipping/list"))]


def test_what_leads_to_nothing_is_told(parts: Parts) -> None:
    preview = proposed(parts, exports.confluence(), "space.zip")
    assert "it leads to “gone.html”, which did not come in" in preview.files[1].remarks
    left = {one.sheet: one.why for one in preview.left_out}
    assert left["Desk/styles/site.css"] == "no procedure shows it"
    assert left["Desk/index.html"] == "it is a list of the other pages"


def test_pictures_and_documents_are_stored_beside(parts: Parts) -> None:
    brought_in(parts, exports.handbook(), "handbook.docx", department="billing")
    place = "broken-on-arrival-image1.png"
    assert f"![The photo page]({place})" in text_of(parts, "billing/broken-on-arrival.md")
    assert (parts.settings.content / "billing" / place).read_bytes() == png()
    brought_in(parts, exports.notion(), "notes.zip")
    text = text_of(parts, "billing/refund-by-card.md")
    assert "[terms](refund-by-card-terms.docx)" in text
    assert (parts.settings.content / "billing/refund-by-card-terms.docx").exists()
    assert "0123456789abcdef" not in text
    brought_in(parts, exports.web_page(), "hours.html", department="billing")
    assert "![Door sign](opening-hours-picture-1.png)" in text_of(parts, "billing/opening-hours.md")


def test_a_picture_whose_name_is_taken_gets_another(parts: Parts) -> None:
    folder = parts.settings.content / "billing"
    (folder / "broken-on-arrival-image1.png").write_bytes(b"mine")
    brought_in(parts, exports.handbook(), "handbook.docx", department="billing")
    assert "](broken-on-arrival-image1-2.png)" in text_of(parts, "billing/broken-on-arrival.md")
    assert (folder / "broken-on-arrival-image1.png").read_bytes() == b"mine"


def test_an_icon_is_no_picture(parts: Parts) -> None:
    raw = zipped({"a.md": b"# A\n\nx ![](i.png) y\n", "i.png": png(1, 1)})
    (one,) = proposed(parts, raw, "a.zip").files
    assert not one.attached
    assert "![" not in one.text.decode()


@pytest.mark.parametrize(("name", "made"), [(name, made) for name, made, _, _ in GOLDEN])
def test_a_second_run_changes_nothing(parts: Parts, name: str, made: Callable[[], bytes]) -> None:
    raw = made()
    brought_in(parts, raw, name)
    preview = proposed(parts, raw, name)
    assert {one.fate for one in preview.files} == {Fate.UNCHANGED}
    assert preview.gone == ()


def test_a_second_run_updates_merges_and_names_what_is_gone(parts: Parts) -> None:
    old = [heading("Late"), step("Look."), step("Call."), heading("Lost"), p("Trace it.")]
    brought_in(parts, document(*old), "desk.docx", department="billing")
    late = parts.settings.content / "billing/late.md"
    late.write_text(late.read_text().replace("1. Look.", "1. Look twice."))
    parts.publishing.publisher.refresh(NOW.date())
    new = [heading("Late"), step("Look."), step("Call."), step("Write."), heading("New"), p("x y")]
    preview = proposed(parts, document(*new), "desk.docx", department="billing")
    fates = {one.drafted.title: one.fate for one in preview.files}
    assert fates == {"Late": Fate.MERGED, "New": Fate.NEW}
    assert [one.title for one in preview.gone] == ["Lost"]
    brought_in(parts, document(*new), "desk.docx", later=1, department="billing")
    assert "1. Look twice.\n2. Call.\n3. Write.\n" in late.read_text()


def test_the_same_line_of_a_document_changed_on_both_sides_is_shown_and_decided(
    parts: Parts,
) -> None:
    old = [heading("Late"), step("Look."), step("Call."), heading("Lost"), p("Trace it.")]
    brought_in(parts, document(*old), "desk.docx", department="billing")
    late = parts.settings.content / "billing/late.md"
    late.write_text(late.read_text().replace("2. Call.", "2. Call the driver."))
    parts.publishing.publisher.refresh(NOW.date())
    new = document(heading("Late"), step("Look."), step("Write."), *old[3:])
    preview = proposed(parts, new, "desk.docx", department="billing")
    (one,) = preview.of(Fate.CONFLICT)
    assert one.clash
    (place,) = one.clash.clashes
    assert (b"Call the driver." in place.theirs, b"Write." in place.mine) == (True, True)
    decided = {one.drafted.sources[0]: True}
    brought_in(parts, new, "desk.docx", later=1, department="billing", decided=decided)
    assert "1. Look.\n2. Write.\n" in late.read_text()


def test_a_page_of_very_many_tags_is_refused_at_once() -> None:
    began = time.process_time()
    with pytest.raises(UnreadableFile, match=r"more than 60,000 tags.*in parts"):
        opened("soup.html", b"<html>" + b"<p>a<b>b" * 40_000)
    assert time.process_time() - began < 1


def test_a_page_that_is_called_otherwise_stays_the_same_procedure(parts: Parts) -> None:
    brought_in(parts, zipped({"a.md": b"# One\n\nx", "b.md": b"# B\n\ny"}), "w.zip")
    preview = proposed(parts, zipped({"a.md": b"# Two\n\nx", "b.md": b"# B\n\ny"}), "w.zip")
    assert [one.fate for one in preview.files] == [Fate.UPDATED, Fate.UNCHANGED]


def test_undone_the_files_beside_go_as_well(parts: Parts) -> None:
    done = brought_in(parts, exports.handbook(), "handbook.docx", department="billing")
    picture = parts.settings.content / "billing/broken-on-arrival-image1.png"
    assert picture.exists()
    undone = parts.publishing.undoing.undo(done.commit, person(parts, "admin"), NOW)
    assert isinstance(undone, Batch)
    assert not picture.exists()
    assert {one.fate for one in proposed(parts, exports.handbook(), "handbook.docx").files} == {
        Fate.NEW
    }


def test_a_picture_that_a_changed_procedure_shows_stays(parts: Parts) -> None:
    done = brought_in(parts, exports.handbook(), "handbook.docx", department="billing")
    path = parts.settings.content / "billing/broken-on-arrival.md"
    path.write_text(path.read_text().replace("Open a claim.", "Open two claims."))
    parts.publishing.publisher.refresh(NOW.date())
    undone = parts.publishing.saver.undo(done.commit, JO, NOW + timedelta(minutes=1))
    assert undone.paths == ("billing/wrong-colour.md",)
    assert (parts.settings.content / "billing/broken-on-arrival-image1.png").exists()


def test_what_was_decided_is_done(parts: Parts) -> None:
    raw = exports.handbook()
    (page,) = guess(opened("handbook.docx", raw)).pages
    assert page.split == 1
    whole = proposed(parts, raw, "handbook.docx", pages=(replace(page, split=0),))
    assert [one.drafted.title for one in whole.files] == ["Desk handbook"]
    none = proposed(parts, raw, "handbook.docx", pages=(replace(page, taken=False),))
    assert not none.files
    assert none.left_out[0].why == "you left it out"
    drafts = proposed(parts, exports.zendesk(), "a.json", decided={"13!0": True}, published=True)
    assert [one.procedure.status for one in drafts.files] == ["published", "published", "draft"]


@pytest.mark.parametrize(
    ("name", "raw", "says"),
    [
        ("a.docx", document(p("x"))[:1500], "save it anew"),
        ("a.docx", document(p("x"), more={"word/document.xml": b"<w:p"}), "save it anew"),
        ("a.docx", document(p("x"), more={"word/styles.xml": b"<!DOCTYPE a>"}), "declarations"),
        ("a.doc", OLD + "WordDocument".encode("utf-16-le"), ".docx"),
        ("a.docx", OLD + "EncryptedPackage".encode("utf-16-le"),
         "remove the password"),
        ("a.docx", b"{\\rtf1 x}", "save it as .docx"),
        ("a.docx", b"%PDF-1.7", "save it as .docx"),
        ("a.odt", zipped({"content.xml": b"<a/>",
                          "mimetype": b"application/vnd.oasis.opendocument.text"}), ".docx"),
        ("a.pptx", zipped({"[Content_Types].xml": b"", "ppt/presentation.xml": b"<p/>"}),
         "is a presentation"),
        ("a.zip", zipped({"x.bin": b"x"}), "zip without documents"),
        ("a.zip", zipped({"../../x.md": b"x"}), "lead out of it"),
        ("a.zip", zipped({"C:\\x.md": b"x"}), "lead out of it"),
        ("a.zip", zipped({"a.md": b"x"})[:40], "save it anew"),
        ("a.json", b'{"articles": [', "take it out of the help centre anew"),
        ("a.json", b'{"articles": []}', "holds no articles"),
        ("a.json", b"[" * 100_000, "take it out of the help centre anew"),
        ("a.exe", b"MZ", "none of the files"),
        ("a.html", b"", "is empty"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_ends_in_one_sentence(name: str, raw: bytes, says: str) -> None:
    with pytest.raises(UnreadableFile) as caught:
        opened(name, raw)
    told = str(caught.value)
    assert says in told
    assert "\n" not in told
    assert told.startswith(name)
    assert told.endswith(".")


def test_a_zip_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archives, "MOST_UNPACKED", 5000)
    bomb = zipped({"a.zip": zipped({"a.md": b"x" * 4000}), "b.md": b"x" * 2000})
    with pytest.raises(UnreadableFile, match="unpacks to more than"):
        opened("a.zip", bomb)


def test_what_a_browser_hides_is_left_out_and_told() -> None:
    page = (
        "<h1>Kiln</h1><p>Fire it.<span hidden> Glaze</span></p><p hidden=until-found>Clay</p>"
        "<p style='visibility:hidden'>Ash</p>"
    )
    (one,) = opened("a.html", page.encode()).documents.pages
    assert [block.markdown for block in one.blocks] == ["Fire it.", "Clay"]
    assert one.noticed == ("hidden text is left out: “Glaze”, “Ash”",)


def test_an_article_without_a_text_is_named() -> None:
    bare = {"id": 3, "title": "Bare", "body": None}
    full = {"id": 4, "title": "Full", "body": "<p>Fire the kiln.</p>"}
    folder = {"id": 5, "name": "Ovens", "description": None, "articles": [bare, full]}
    found = drafts(json.dumps([folder]).encode(), "a.json")
    assert [one.title for one in found.procedures] == ["Full"]
    assert [(one.title, one.why) for one in found.left_out] == [
        ("Bare", "there is no text below its title")
    ]


def test_names_without_the_flag_of_utf_8_are_read_as_that() -> None:
    raw = zipped({"Rückgabe.md": b"# A\n\nx"})
    info = zipfile.ZipInfo("x")
    assert info.flag_bits == 0
    unflagged = bytearray(raw)
    for start in (unflagged.index(b"PK\x03\x04") + 6, unflagged.index(b"PK\x01\x02") + 8):
        unflagged[start : start + 2] = b"\0\0"
    (page,) = opened("a.zip", bytes(unflagged)).documents.pages
    assert page.place == "Rückgabe.md"


def test_macros_are_left_out_and_told() -> None:
    raw = document(p(r("x y")), more={"word/vbaProject.bin": b"x"})
    assert "its macros are left out" in opened("a.docm", raw).documents.pages[0].noticed


def test_a_page_under_the_name_of_word_is_read_as_a_page() -> None:
    found = drafts(b"<html><body><h1>A</h1><ol><li>x<li>y</ol></body></html>", "a.doc")
    assert [shape(one) for one in found.procedures] == [("A", 2, [])]
