"""Versions, differences, who wrote what, restoring, and what was read at a time."""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kb.parts import Parts
from kb.procedures.visibility import Reader
from tests.conftest import DRAFT, LATE, NOW
from tests.gitmade import Clone
from tests.pagekit import check_page, page
from tests.web.acts import hidden, statements, version_of

HISTORY = "/procedures/SHP-014/history"
EDDY = ("Eddy Editor", "editor@kb.example")
ONE = LATE.replace("5 days", "7 days")
TWO = LATE.replace("5 days", "6 days").replace("code L5", "code <b>L6</b>")


@pytest.fixture(autouse=True)
def _on_the_day(app: Flask) -> None:
    app.config["KB_NOW"] = NOW


@pytest.fixture
def clone(parts: Parts) -> Clone:
    """content/ as the department's own clone: SHP-014 in three versions, the others in one."""
    made = Clone.at(parts.storage.library.root)
    made.write("shipping/late-shipment.md", ONE)
    made.commit("All that we have", at="2026-01-05 08:00")
    made.save(
        "shipping/late-shipment.md", TWO, "Six days\n\nKb-Kind: notable", "2026-03-01 09:30", EDDY
    )
    made.save(
        "shipping/late-shipment.md",
        LATE,
        "Back to five\n\nKb-Kind: minor",
        "2026-04-01 10:00",
        EDDY,
    )
    parts.publishing.publisher.refresh(NOW.date())
    return made


def commits(clone: Clone) -> list[str]:
    """Newest first, as they stand in addresses."""
    return [commit[:12] for commit in clone.git("log", "--format=%H").split()]


def plain(html: str) -> str:
    """The text of a page, without marks."""
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", html.partition("<main")[2])).split())


def marks(html: str) -> str:
    """A page without the marks of bold text."""
    return re.sub(r"</?strong>", "", html)


def at(commit: str) -> str:
    return f"/procedures/SHP-014/versions/{commit}"


@pytest.mark.usefixtures("clone")
def test_versions_say_when_who_and_why(rep: FlaskClient) -> None:
    shown = plain(page(rep, HISTORY))
    assert "3 versions" in shown
    assert "Back to five 1 Apr 2026, 10:00 UTC Eddy Editor Current Minor" in shown
    assert "Six days 1 Mar 2026, 09:30 UTC Eddy Editor Worth telling" in shown
    assert "All that we have 5 Jan 2026, 08:00 UTC Dana Reyes" in shown


@pytest.mark.usefixtures("clone")
def test_the_procedure_leads_to_its_history(rep: FlaskClient) -> None:
    html = page(rep, "/procedures/SHP-014")
    assert "1 Apr 2026" in html
    assert "by Eddy Editor" in html
    assert f'href="{HISTORY}"' in html


def test_without_a_clone_kb_keeps_the_history(editor: FlaskClient, parts: Parts) -> None:
    (parts.storage.library.root / "shipping/late-shipment.md").write_text(TWO)
    parts.publishing.publisher.refresh(NOW.date())
    shown = plain(page(editor, HISTORY))
    assert "2 versions" in shown
    assert "Current" in shown
    assert "<del>5</del><ins>6</ins>" in marks(page(editor, "/procedures/SHP-014/differences"))


def test_an_old_version_reads_as_it_did(rep: FlaskClient, clone: Clone) -> None:
    _, second, first = commits(clone)
    html = page(rep, at(first))
    assert "more than 7 days old" in html
    assert '<section class="steps"' in html
    assert "An old version, not how it is done today." in html
    assert "This is the current text." not in html
    assert "more than 6 days old" in page(rep, at(second))


def test_the_current_version_says_so(rep: FlaskClient, clone: Clone) -> None:
    html = page(rep, at(commits(clone)[0]))
    assert "This is the current text." in html
    assert "Restore" not in html


def test_the_source_is_shown_as_it_is(rep: FlaskClient, clone: Clone) -> None:
    html = page(rep, f"{at(commits(clone)[1])}?show=source")
    assert "id: SHP-014" in html
    assert "code &lt;b&gt;L6&lt;/b&gt;" in html


def test_a_version_may_be_named_by_all_its_digits(rep: FlaskClient, clone: Clone) -> None:
    assert rep.get(at(clone.git("rev-parse", "HEAD~1"))).status_code == 200


@pytest.mark.parametrize("commit", ["0" * 12, "abc", "HEAD", "%25", "'", "x" * 5000])
@pytest.mark.usefixtures("clone")
def test_a_version_that_never_was_is_not_there(rep: FlaskClient, commit: str) -> None:
    assert rep.get(at(commit)).status_code == 404


def test_a_version_of_another_procedure_is_not_there(rep: FlaskClient, clone: Clone) -> None:
    second = commits(clone)[1]
    assert rep.get(f"/procedures/BIL-001/versions/{second}").status_code == 404


@pytest.mark.usefixtures("clone")
def test_the_newest_change_is_compared_by_default(rep: FlaskClient) -> None:
    html = marks(page(rep, "/procedures/SHP-014/differences"))
    assert "<del>6</del><ins>5</ins>" in html
    assert "Back to five" in html


def test_the_page_and_the_source_in_one_and_by_side(rep: FlaskClient, clone: Clone) -> None:
    _, second, first = commits(clone)
    base = f"/procedures/SHP-014/differences?from={first}&to={second}"
    page_inline = marks(page(rep, base))
    assert "<del>7</del><ins>6</ins>" in page_inline
    assert "unchanged paragraphs" in page_inline
    assert "Offer 10 % of the order value" not in page_inline
    assert "Offer 10 % of the order value" in page(rep, f"{base}&whole=1")
    source = page(rep, f"{base}&of=source")
    assert "code <ins>&lt;b&gt;</ins>" not in source  # the word itself is another
    assert "&lt;b&gt;" in source
    assert source.count('class="diff-del"') == source.count('class="diff-ins"') == 2
    for view in ("side", "side&of=source"):
        html = marks(page(rep, f"{base}&view={view}"))
        assert "<del>7</del>" in html
        assert "<ins>6</ins>" in html


def test_the_older_one_always_stands_first(rep: FlaskClient, clone: Clone) -> None:
    third, _, first = commits(clone)
    turned = marks(page(rep, f"/procedures/SHP-014/differences?from={third}&to={first}"))
    assert "<del>7</del><ins>5</ins>" in turned


def test_the_same_version_twice_is_told(rep: FlaskClient, clone: Clone) -> None:
    third = commits(clone)[0]
    shown = page(rep, f"/procedures/SHP-014/differences?from={third}&to={third}")
    assert "one and the same version" in shown


def test_what_only_the_source_shows_is_told(rep: FlaskClient, clone: Clone, parts: Parts) -> None:
    clone.save("shipping/late-shipment.md", LATE.replace("deputy: rev", "deputy: out"), "Deputy")
    clone.save("shipping/late-shipment.md", LATE.replace("\n", "\r\n"), "Line ends")
    parts.publishing.publisher.refresh(NOW.date())
    fifth, fourth, third, *_ = commits(clone)
    base = "/procedures/SHP-014/differences"
    assert "Nothing that stands on the page" in page(rep, f"{base}?from={third}&to={fourth}")
    assert "Only line ends" in page(rep, f"{base}?from={third}&to={fifth}&of=source")


def test_each_passage_says_whose_it_is(rep: FlaskClient, clone: Clone, parts: Parts) -> None:
    html = page(rep, "/procedures/SHP-014/authors")
    passages = [plain(f"<main>{one}") for one in html.split('class="passage-line"')[1:]]
    assert ["Eddy Editor" in one for one in passages] == [False, True, False]
    assert ["Dana Reyes" in one for one in passages] == [True, False, True]
    assert "5 days old" in passages[1]
    assert "code L5" in passages[1]


# As of a time.


@pytest.mark.parametrize(
    ("moment", "days"),
    [
        ("2026-01-05T08:00", 7),
        ("2026-03-01T09:29", 7),
        ("2026-03-01T09:30", 6),
        ("2026-03-03T10:00", 6),
        ("2026-03-31T23:59:59", 6),
        ("2026-04-01T12:00+02:00", 5),
        ("2030-01-01", 5),
    ],
)
@pytest.mark.usefixtures("clone")
def test_what_was_read_at_a_time(rep: FlaskClient, moment: str, days: int) -> None:
    asked = moment.replace("+", "%2B")
    for address in (f"{HISTORY}?as_of={asked}", f"/procedures/SHP-014?as_of={asked}"):
        answer = rep.get(address, follow_redirects=True)
        assert answer.status_code == 200
        assert f"more than {days} days old" in answer.text
        assert "What was read on" in answer.text
        check_page(answer.text)


@pytest.mark.usefixtures("clone")
def test_before_the_history_nothing_was_read(rep: FlaskClient) -> None:
    assert "nothing to be read here on 4 Jan 2026" in page(rep, f"{HISTORY}?as_of=2026-01-04")


@pytest.mark.parametrize("asked", ["yesterday", "2026-13-01", "9999-12-31T23:59-14:00", "%00", "0"])
@pytest.mark.usefixtures("clone")
def test_no_time_is_told(rep: FlaskClient, asked: str) -> None:
    assert "That is not a time" in page(rep, f"{HISTORY}?as_of={asked}", 400)
    assert "is not a time" in page(rep, f"/as-of?at={asked}", 400)


@pytest.mark.usefixtures("clone")
def test_the_whole_base_as_of_a_time(rep: FlaskClient) -> None:
    html = page(rep, "/as-of?at=2026-03-03T10:00")
    assert plain(html).count("since") == 2
    assert "Customs Zebra" not in html
    link = re.search(r'href="(/procedures/SHP-014/versions/[^"]*)"', html)
    assert link
    read = page(rep, unescape(link[1]))
    assert "more than 6 days old" in read
    assert "What was read on 3 Mar 2026, 10:00 UTC" in read
    assert "Nothing was published" in page(rep, "/as-of?at=2026-01-01")
    only = page(rep, "/as-of?at=2026-03-03T10:00&department=billing")
    assert "Lost in Transit" in only
    assert "Late Shipment" not in only.partition("<main")[2]


@pytest.mark.usefixtures("clone")
def test_as_of_asks_for_a_time_first(rep: FlaskClient) -> None:
    assert 'type="datetime-local"' in page(rep, "/as-of")


# Who may see what.


def test_versions_that_were_drafts_are_the_departments(
    rep: FlaskClient, editor: FlaskClient, outsider: FlaskClient, clone: Clone, parts: Parts
) -> None:
    clone.save(
        "shipping/customs.md", DRAFT.replace("zebra form", "secret form"), "Plans", "2026-05-01"
    )
    published = DRAFT.replace("status: draft\n", "")
    clone.save("shipping/customs.md", published, "Published", "2026-06-01", EDDY)
    parts.publishing.publisher.refresh(NOW.date())
    published_at, draft, *_ = commits(clone)
    base = "/procedures/SHP-015"
    for client in (rep, outsider):
        shown = plain(page(client, f"{base}/history"))
        assert "1 version" in shown
        assert "Plans" not in shown
        assert client.get(f"{base}/versions/{draft}").status_code == 404
        for pair in (f"from={draft}&to={published_at}", f"to={draft}", f"from={draft}"):
            assert client.get(f"{base}/differences?{pair}").status_code == 404
        alone = page(client, f"{base}/differences")
        assert "one and the same" in alone
        assert "secret" not in alone
        written = plain(page(client, f"{base}/authors"))
        assert "Dana Reyes" not in written
        assert "Plans" not in written
        assert "nothing to be read" in page(client, f"{base}/history?as_of=2026-05-02")
        assert "Zebra" not in page(client, "/as-of?at=2026-05-02")
    assert "Plans" in page(editor, f"{base}/history")
    assert "secret form" in page(editor, f"{base}/versions/{draft}")
    assert "nothing to be read" not in editor.get(f"{base}/history?as_of=2026-05-02").text


def test_what_is_secret_today_is_not_read_as_of_then(
    rep: FlaskClient, editor: FlaskClient, outsider: FlaskClient, clone: Clone, parts: Parts
) -> None:
    clone.save("shipping/late-shipment.md", LATE.replace("reviewed:", "status: draft\nreviewed:"))
    parts.publishing.publisher.refresh(NOW.date())
    first = commits(clone)[-1]
    for client in (rep, outsider):
        for address in (HISTORY, at(first), "/procedures/SHP-014/differences"):
            assert client.get(address).status_code == 404
        assert client.get("/procedures/SHP-014/authors").status_code == 404
        assert client.get(f"{HISTORY}?as_of=2026-03-03").status_code == 404
        assert "Late Shipment" not in page(client, "/as-of?at=2026-03-03T10:00")
    assert "Late Shipment" in page(editor, "/as-of?at=2026-03-03T10:00")
    assert editor.get(at(first)).status_code == 200


def test_what_is_gone_is_told_to_its_department_alone(
    rep: FlaskClient, editor: FlaskClient, clone: Clone, parts: Parts
) -> None:
    clone.git("rm", "-q", "shipping/late-shipment.md")
    clone.commit("Gone", "2026-07-01 09:00")
    parts.publishing.publisher.refresh(NOW.date())
    assert "Late Shipment" not in page(rep, "/as-of?at=2026-03-03T10:00")
    assert "No longer there" in page(editor, "/as-of?at=2026-03-03T10:00")
    assert "Late Shipment" not in page(editor, "/as-of?at=2026-07-02")
    assert rep.get(HISTORY).status_code == 404


def test_what_was_never_on_the_site_is_the_departments(
    rep: FlaskClient, editor: FlaskClient, clone: Clone, parts: Parts
) -> None:
    clone.git("switch", "-q", "-c", "topic")
    tried = clone.save("shipping/late-shipment.md", LATE.replace("L5", "L7"), "Tried", "2026-05-01")
    clone.save("shipping/late-shipment.md", LATE.replace("L5", "L8"), "Agreed", "2026-05-02")
    clone.git("switch", "-q", "main")
    clone.git("merge", "-q", "--no-ff", "-m", "Merged", "topic", at="2026-06-01 09:00")
    parts.publishing.publisher.refresh(NOW.date())
    assert "Tried" not in page(rep, HISTORY)
    assert rep.get(at(tried[:12])).status_code == 404
    shown = plain(page(editor, HISTORY))
    assert "Tried" in shown
    assert "Only on a branch" in shown
    read = rep.get(f"{HISTORY}?as_of=2026-05-15", follow_redirects=True).text
    assert "code L5" in read
    assert "code L8" in rep.get(f"{HISTORY}?as_of=2026-06-01T09:00", follow_redirects=True).text


def test_a_purged_text_leaves_its_trace(rep: FlaskClient, clone: Clone) -> None:
    blob = clone.git("rev-parse", "HEAD~1:shipping/late-shipment.md")
    (clone.root / ".git/objects" / blob[:2] / blob[2:]).unlink()
    second = commits(clone)[1]
    assert "Only this trace of it is left" in page(rep, at(second))
    assert "gone from the repository" in page(rep, f"/procedures/SHP-014/differences?to={second}")
    assert page(rep, "/procedures/SHP-014/authors")


def test_of_what_is_erased_nothing_is_shown_to_anybody(
    rep: FlaskClient, editor: FlaskClient, clone: Clone, parts: Parts
) -> None:
    version = version_of(parts, "SHP-014")
    admin = parts.people.directory.by_email("admin@kb.example")
    assert admin is not None
    parts.publishing.saver.erase("SHP-014", admin, NOW)
    parts.publishing.publisher.refresh(NOW.date())
    first = commits(clone)[-1]
    for client in (rep, editor):
        assert "Late Shipment" not in page(client, "/as-of?at=2026-03-03T10:00")
        for address in (HISTORY, at(first), "/procedures/SHP-014/differences"):
            assert client.get(address).status_code == 404
    assert parts.versions.at("SHP-014", version) is None


@pytest.mark.parametrize(
    "address", [HISTORY, "/procedures/SHP-014/differences", "/procedures/SHP-014/authors", "/as-of"]
)
def test_who_is_signed_out_signs_in_first(anonymous: FlaskClient, address: str) -> None:
    assert anonymous.get(address).status_code == 302
    assert anonymous.post("/procedures/SHP-014/restorations").status_code == 401


@pytest.mark.usefixtures("clone")
@pytest.mark.parametrize("ending", ["history", "differences", "authors", "versions/0123456789ab"])
def test_a_draft_has_no_history_for_others(
    rep: FlaskClient, outsider: FlaskClient, administrator: FlaskClient, ending: str
) -> None:
    for client in (rep, outsider, administrator):
        assert client.get(f"/procedures/SHP-015/{ending}").status_code == 404
        assert client.get(f"/procedures/NONE-1/{ending}").status_code == 404


# Restoring.


def restoring(html: str) -> dict[str, str]:
    return {name: hidden(html, name) for name in ("version", "base")}


def test_an_old_version_is_restored_as_a_new_one(
    editor: FlaskClient, clone: Clone, parts: Parts
) -> None:
    first = commits(clone)[-1]
    form = restoring(page(editor, at(first)))
    answer = editor.post("/procedures/SHP-014/restorations", data=form, follow_redirects=True)
    assert "Restored: this is the version of 5 Jan 2026, 08:00 UTC again." in answer.text
    assert "more than 7 days old" in answer.text
    assert (clone.root / "shipping/late-shipment.md").read_text() == ONE
    shown = plain(page(editor, HISTORY))
    assert "4 versions" in shown
    assert "Restored the version of 5 Jan 2026, 08:00 UTC" in shown
    assert "Back to five" in shown
    assert clone.git("log", "-1", "--format=%an %ae") == "Eddy Editor editor@kb.example"


def test_restoring_over_another_change_is_refused(
    editor: FlaskClient, clone: Clone, parts: Parts
) -> None:
    first = commits(clone)[-1]
    form = restoring(page(editor, at(first)))
    clone.save("shipping/late-shipment.md", LATE.replace("L5", "L9"), "Meanwhile")
    parts.publishing.publisher.refresh(NOW.date())
    answer = editor.post("/procedures/SHP-014/restorations", data=form)
    assert answer.status_code == 409
    check_page(answer.text)
    assert "the text has changed since you opened this page" in answer.text
    assert "L9" in (clone.root / "shipping/late-shipment.md").read_text()
    again = restoring(answer.text)
    assert editor.post("/procedures/SHP-014/restorations", data=again).status_code == 302
    assert (clone.root / "shipping/late-shipment.md").read_text() == ONE


def test_a_version_with_another_id_is_not_restored(
    editor: FlaskClient, clone: Clone, parts: Parts
) -> None:
    nameless = LATE.replace("id: SHP-014\n", "")
    clone.save("shipping/late-shipment.md", nameless, "Lost its id")
    clone.save("shipping/late-shipment.md", LATE, "Has it again")
    parts.publishing.publisher.refresh(NOW.date())
    second = commits(clone)[1]
    answer = editor.post(
        "/procedures/SHP-014/restorations",
        data={"version": second, "base": version_of(parts, "SHP-014")},
    )
    assert answer.status_code == 409
    assert "an id never changes" in answer.text


def test_a_purged_text_is_not_restored(editor: FlaskClient, clone: Clone, parts: Parts) -> None:
    blob = clone.git("rev-parse", "HEAD~1:shipping/late-shipment.md")
    (clone.root / ".git/objects" / blob[:2] / blob[2:]).unlink()
    form = {"version": commits(clone)[1], "base": version_of(parts, "SHP-014")}
    answer = editor.post("/procedures/SHP-014/restorations", data=form)
    assert answer.status_code == 409
    assert "gone from the repository" in answer.text


def test_only_those_who_write_for_the_department_restore(
    rep: FlaskClient,
    outsider: FlaskClient,
    administrator: FlaskClient,
    reviewer: FlaskClient,
    clone: Clone,
    parts: Parts,
) -> None:
    form = {"version": commits(clone)[-1], "base": version_of(parts, "SHP-014")}
    for client in (rep, outsider, administrator):
        assert "Restore" not in page(client, at(form["version"]))
        assert client.post("/procedures/SHP-014/restorations", data=form).status_code == 404
    for wrong in ({}, {**form, "base": "x"}, {**form, "version": ""}):
        assert reviewer.post("/procedures/SHP-014/restorations", data=wrong).status_code == 400
    unknown = {**form, "version": "0" * 40}
    assert reviewer.post("/procedures/SHP-014/restorations", data=unknown).status_code == 404
    assert reviewer.get("/procedures/SHP-014/restorations").status_code in (404, 405)
    assert reviewer.post("/procedures/SHP-014/restorations", data=form).status_code == 302


# How much it takes.


def test_a_page_takes_as_many_statements_for_many_versions(
    rep: FlaskClient, clone: Clone, parts: Parts
) -> None:
    addresses = (HISTORY, "/procedures/SHP-014", "/as-of?at=2026-03-03", at(commits(clone)[-1]))
    few = {}
    for address in addresses:
        page(rep, address)
        with statements(parts.engine) as sent:
            page(rep, address)
        few[address] = len(sent)
    for number in range(40):
        clone.write(f"shipping/new-{number}.md", f"# New {number}\n\nText.\n")
        clone.save("shipping/late-shipment.md", LATE.replace("L5", f"L{number}"), f"{number}")
    clone.save("shipping/late-shipment.md", LATE, "The last")
    parts.publishing.publisher.refresh(NOW.date())
    for address in addresses:
        page(rep, address)
        with statements(parts.engine) as sent:
            page(rep, address)
        assert len(sent) == few[address], address
    assert "44 versions , page 1 of 2" in plain(page(rep, HISTORY))
    assert "All that we have" in page(rep, f"{HISTORY}?page=2")
    assert rep.get(f"{HISTORY}?page=9").status_code == 302


@pytest.mark.usefixtures("clone")
def test_who_changed_and_who_confirmed_it_cost_a_statement_each(
    rep: FlaskClient, parts: Parts
) -> None:
    page(rep, "/procedures/SHP-014")
    with statements(parts.engine) as sent:
        page(rep, "/procedures/SHP-014")
    assert sum("FROM versions" in statement for statement in sent) == 2


@pytest.mark.parametrize("ending", ["", "?of=source", "?of=source&view=side"])
def test_long_versions_are_compared_in_a_bearable_time(
    rep: FlaskClient, clone: Clone, parts: Parts, ending: str
) -> None:
    lines = [f"Line {number} of words that repeat.\n" for number in range(20_000)]
    changed = [line.replace("words", "terms") if n % 3 else line for n, line in enumerate(lines)]
    for each in (lines, changed):
        clone.save("shipping/late-shipment.md", f"{LATE}\n{''.join(each)}")
    parts.publishing.publisher.read_history()
    newest, before, *_ = commits(clone)
    arguments = ending or "?"
    began = time.process_time()
    answer = rep.get(f"/procedures/SHP-014/differences{arguments}&from={before}&to={newest}")
    assert time.process_time() - began < 5
    assert "more than one page can show" in answer.text or not ending
    assert len(answer.text) < 2_000_000


def test_feedback_can_be_read_beside_the_text_it_is_about(clone: Clone, parts: Parts) -> None:
    current = parts.versions.at("SHP-014", version_of(parts, "SHP-014"))
    assert current is not None
    assert current.note == "Back to five"
    earlier = parts.versions.before(current, Reader())
    assert earlier is not None
    assert parts.versions.at("SHP-014", earlier.version) == earlier
    assert parts.storage.history.blob(earlier.blob) == TWO.encode()
    assert parts.versions.at("SHP-014", "0" * 12) is None
    assert parts.versions.at("NONE-1", earlier.version) is None
    assert earlier.at == datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
