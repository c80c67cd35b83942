"""Reviews: the list, "still right" for one and many, handing over, and undoing."""

from __future__ import annotations

import re
from datetime import date
from html import unescape
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from kb.parts import Parts
from tests.conftest import DEPARTMENTS, NOW, PASSWORD, signed_in
from tests.pagekit import page
from tests.web.acts import statements, version_of

LATE = "shipping/late-shipment.md"
REFUND = "billing/lost-in-transit.md"


@pytest.fixture(autouse=True)
def _by_the_clock(app: Flask) -> None:
    app.config["KB_NOW"] = NOW


def text(parts: Parts, path: str = LATE) -> str:
    return (parts.settings.content / path).read_text(encoding="utf-8")


def confirm(client: FlaskClient, parts: Parts, id: str = "SHP-014") -> str:
    answer = client.post(f"/procedures/{id}/review", data={"version": version_of(parts, id)})
    assert answer.status_code == 302, answer.text
    return unescape(client.get(answer.location).text)


def chosen(parts: Parts, *ids: str) -> list[str]:
    return [f"{id} {version_of(parts, id)}" for id in ids]


def undo_form(html: str) -> str:
    return re.search(r'action="(/changes/[0-9a-f]{40}/undo)"', html)[1]


def aged(parts: Parts, home: Path, **reviewed: str) -> None:
    """SHP-014 reviewed on another day; more procedures of shipping by name and day ("" never)."""
    for name, day in reviewed.items():
        line = f"reviewed: {day}\n" if day else ""
        (home / "content" / "shipping" / f"{name}.md").write_text(
            f"---\nid: {name}\ntitle: About {name}\nowner: editor@kb.example\n{line}---\nText.\n"
        )
    parts.publishing.publisher.refresh(NOW.date())


def listed(html: str) -> list[str]:
    return re.findall(r'name="chosen"\s+value="(\S+) ', html)


# One click on the procedure's page


def test_still_right_changes_the_review_day_and_nothing_else(
    reviewer: FlaskClient, parts: Parts
) -> None:
    before = text(parts)
    shown = confirm(reviewer, parts)
    assert text(parts) == before.replace("reviewed: 2026-10-02", "reviewed: 2026-11-22")
    assert "Confirmed as still right: Complaint: Late Shipment" in shown
    assert "Confirmed as still right by Rena Reviewer on" in shown
    assert "22 Nov 2026" in shown
    assert ">Still right<" not in shown
    card = parts.catalogue.get("SHP-014")
    assert card is not None
    assert card.procedure.reviewed == date(2026, 11, 22)
    page(reviewer, "/procedures/SHP-014")


def test_still_right_can_be_undone_from_the_message(reviewer: FlaskClient, parts: Parts) -> None:
    before = text(parts)
    shown = confirm(reviewer, parts)
    answer = reviewer.post(undo_form(shown), follow_redirects=True)
    assert "Undone: 1 procedure as before." in answer.text
    assert text(parts) == before


def test_the_owner_and_the_deputy_confirm_but_no_other_editor(
    app: Flask, editor: FlaskClient, parts: Parts
) -> None:
    assert ">Still right<" in " ".join(page(editor, "/procedures/SHP-014").split()).replace(
        "> ", ">"
    ).replace(" <", "<")
    parts.people.directory.add(
        "new@kb.example", "Nia New", PASSWORD, editor_of=["shipping"], now=NOW
    )
    other = signed_in(app, "new@kb.example")
    assert "/SHP-014/review" not in page(other, "/procedures/SHP-014")
    answer = other.post(
        "/procedures/SHP-014/review", data={"version": version_of(parts, "SHP-014")}
    )
    assert answer.status_code == 404
    confirm(editor, parts)


def test_an_owner_of_another_department_confirms_nothing(
    home: Path, parts: Parts, outsider: FlaskClient
) -> None:
    file = home / "content" / LATE
    file.write_text(file.read_text().replace("owner: editor@", "owner: outsider@"))
    parts.publishing.publisher.refresh(NOW.date())
    answer = outsider.post(
        "/procedures/SHP-014/review", data={"version": version_of(parts, "SHP-014")}
    )
    assert answer.status_code == 404


def test_what_was_changed_since_it_was_read_is_not_confirmed(
    home: Path, parts: Parts, reviewer: FlaskClient
) -> None:
    seen = version_of(parts, "SHP-014")
    file = home / "content" / LATE
    file.write_text(file.read_text() + "\nAnother step.\n")
    for _ in range(2):  # before the catalogue knows, and after
        shown = reviewer.post(
            "/procedures/SHP-014/review", data={"version": seen}, follow_redirects=True
        ).text
        assert "Complaint: Late Shipment: it was changed since" in shown
        parts.publishing.publisher.refresh(NOW.date())
    assert "2026-10-02" in text(parts)


def test_confirming_twice_is_one_commit(reviewer: FlaskClient, parts: Parts) -> None:
    seen = version_of(parts, "SHP-014")
    confirm(reviewer, parts)
    again = reviewer.post(
        "/procedures/SHP-014/review", data={"version": seen}, follow_redirects=True
    ).text
    assert "it was confirmed today already" in again
    assert parts.publishing.ledger.listed(["shipping"], 1, 9)[1] == 1


def test_the_day_is_the_departments_own(home: Path, parts: Parts, app: Flask) -> None:
    file = home / "content" / "departments.yml"
    file.write_text(
        DEPARTMENTS.replace(
            "    name: Shipping\n", "    name: Shipping\n    time_zone: Pacific/Auckland\n"
        )
    )
    app.config["KB_NOW"] = NOW.replace(hour=20)
    confirm(signed_in(app, "reviewer@kb.example"), parts)
    assert "reviewed: 2026-11-23" in text(parts)


@pytest.mark.parametrize("who", ["rep", "outsider", "administrator"])
def test_nobody_else_confirms(who: str, parts: Parts, request: pytest.FixtureRequest) -> None:
    client = request.getfixturevalue(who)
    assert "SHP-014/review" not in page(client, "/procedures/SHP-014")
    answer = client.post(
        "/procedures/SHP-014/review", data={"version": version_of(parts, "SHP-014")}
    )
    assert answer.status_code == 404


def test_the_ladder_of_one_click(
    anonymous: FlaskClient, reviewer: FlaskClient, outsider: FlaskClient, parts: Parts
) -> None:
    assert anonymous.post("/procedures/SHP-014/review").status_code == 401
    assert reviewer.get("/procedures/SHP-014/review").status_code in (404, 405)
    assert reviewer.post("/procedures/SHP-014/review", data={}).status_code == 400
    assert reviewer.post("/procedures/NO-1/review", data={"version": "0" * 12}).status_code == 404
    draft = {"version": version_of(parts, "SHP-015")}
    assert outsider.post("/procedures/SHP-015/review", data=draft).status_code == 404
    assert reviewer.post("/procedures/SHP-015/review", data=draft).status_code == 404
    assert parts.publishing.ledger.listed(None, 1, 9) == ([], 0)


def test_an_overdue_procedure_says_what_that_means(rep: FlaskClient) -> None:
    shown = " ".join(page(rep, "/procedures/BIL-001").split())
    assert "Review overdue 16 months." in shown
    assert "It was due for review on" in shown
    assert "it is still the valid text" in shown
    assert "ask Billing (#billing-help) if in doubt" in shown


# The list


def test_what_matters_most_comes_first_and_says_why(
    home: Path, parts: Parts, reviewer: FlaskClient, rep: FlaskClient
) -> None:
    aged(parts, home, OLD="2024-01-01", SAD="2026-01-01", NEW="2026-11-01", NEVER="")
    rep.post(
        "/procedures/SAD/votes",
        data={"helpful": "no", "version": version_of(parts, "SAD"), "reason": "wrong"},
    )
    rep.post(
        "/procedures/SAD/votes",
        data={"helpful": "no", "version": version_of(parts, "SAD"), "comment": "Wrong!"},
    )
    shown = page(reviewer, "/reviews")
    assert listed(shown) == ["OLD", "SAD", "NEVER"]
    words = " ".join(re.sub(r"<[^>]+>", " ", shown).split())
    assert "reviewed 2 years ago, 5.8 times its interval" in words
    assert "1 open complaint" in words
    assert "never reviewed" in words
    assert "not opened from a search in 90 days" in words


def test_the_list_is_of_my_departments_and_tells_nothing_of_others(
    outsider: FlaskClient, editor: FlaskClient
) -> None:
    shown = page(outsider, "/reviews?which=any")
    assert listed(shown) == ["BIL-001"]
    assert "Zebra" not in shown
    assert "editor@kb.example" not in shown
    assert outsider.get("/reviews?department=shipping").status_code == 404
    assert set(listed(page(editor, "/reviews?which=any"))) == {"SHP-014", "SHP-015"}


def test_an_administrator_sees_all_departments_but_no_drafts(administrator: FlaskClient) -> None:
    shown = page(administrator, "/reviews?which=any")
    assert set(listed(shown)) == {"SHP-014", "BIL-001"}
    assert "Zebra" not in shown
    assert ">Still right<" not in re.sub(r">\s+|\s+<", lambda m: m[0].strip(), shown)


def test_a_lead_without_a_role_hands_over_and_sees_the_drafts(
    home: Path, parts: Parts, app: Flask
) -> None:
    (home / "content" / "departments.yml").write_text(
        DEPARTMENTS.replace("reviewer@kb.example", "rep@kb.example")
    )
    lead = signed_in(app, "rep@kb.example")
    assert listed(page(lead, "/reviews?which=any")) == ["SHP-015", "SHP-014"]
    form = {"chosen": chosen(parts, "SHP-014"), "owner": "reviewer@kb.example", "deputy": ""}
    assert lead.post("/reviews/hand-overs", data=form).status_code == 302
    assert "owner: reviewer@kb.example" in text(parts)


@pytest.mark.parametrize(
    ("address", "ids"),
    [
        ("/reviews?which=overdue", {"OLD"}),
        ("/reviews?which=never", {"NEVER"}),
        ("/reviews?which=any&owner=me", {"SHP-014"}),
        ("/reviews?which=any&owner=editor@kb.example", {"SHP-014", "SHP-015", "OLD", "NEVER"}),
        ("/reviews?which=any&owner=nobody", set()),
        ("/reviews?which=any&department=shipping&page=9", set()),
        ("/reviews/orphans", set()),
    ],
)
def test_the_list_is_filtered(
    address: str, ids: set[str], home: Path, parts: Parts, reviewer: FlaskClient
) -> None:
    aged(parts, home, OLD="2024-01-01", NEVER="")
    assert set(listed(page(reviewer, address))) == ids


@pytest.mark.parametrize("who", ["rep", "anonymous"])
@pytest.mark.parametrize("address", ["/reviews", "/reviews/orphans", "/changes"])
def test_who_tends_nothing_sees_no_list(
    who: str, address: str, request: pytest.FixtureRequest
) -> None:
    answer = request.getfixturevalue(who).get(address)
    assert answer.status_code == (404 if who == "rep" else 302)


def test_an_unknown_list_is_not_there(reviewer: FlaskClient) -> None:
    assert reviewer.get("/reviews?which=secret").status_code == 404


def test_the_list_costs_the_same_for_ten_and_two_hundred(
    home: Path, parts: Parts, reviewer: FlaskClient
) -> None:
    counted = []
    for many in (10, 200):
        aged(parts, home, **{f"P-{nth}": "2024-01-01" for nth in range(many)})
        page(reviewer, "/reviews")
        with statements(parts.engine) as sent:
            shown = page(reviewer, "/reviews")
        counted.append(len(sent))
    assert len(listed(shown)) == 25
    assert counted[0] == counted[1] <= 18


def test_an_empty_list_says_so(outsider: FlaskClient) -> None:
    assert "Nothing here is waiting" in page(outsider, "/reviews?which=never")
    assert "Every procedure has an owner" in page(outsider, "/reviews/orphans")
    assert "There were none yet" in page(outsider, "/changes")


# Many at once


def test_many_are_confirmed_in_one_commit_and_undone_together(
    home: Path, parts: Parts, reviewer: FlaskClient
) -> None:
    aged(parts, home, OLD="2024-01-01", NEVER="")
    before = text(parts), text(parts, "shipping/OLD.md"), text(parts, "shipping/NEVER.md")
    form = {"chosen": chosen(parts, "SHP-014", "OLD", "NEVER")}
    shown = reviewer.post("/reviews/confirmations", data=form, follow_redirects=True).text
    assert "Confirmed as still right: 3 procedures" in shown
    for path in (LATE, "shipping/OLD.md", "shipping/NEVER.md"):
        assert "reviewed: 2026-11-22" in text(parts, path)
    assert listed(page(reviewer, "/reviews")) == []
    shown = page(reviewer, "/changes")
    assert "3 files" in shown
    answer = reviewer.post(undo_form(shown), follow_redirects=True)
    assert "Undone: 3 procedures as before." in answer.text
    assert (text(parts), text(parts, "shipping/OLD.md"), text(parts, "shipping/NEVER.md")) == before
    assert "an undoing" in page(reviewer, "/changes")


def test_undoing_names_what_was_changed_since(
    home: Path, parts: Parts, reviewer: FlaskClient
) -> None:
    aged(parts, home, OLD="2024-01-01")
    form = {"chosen": chosen(parts, "SHP-014", "OLD")}
    shown = reviewer.post("/reviews/confirmations", data=form, follow_redirects=True).text
    file = home / "content" / "shipping" / "OLD.md"
    file.write_text(file.read_text() + "Later.\n")
    answer = reviewer.post(undo_form(shown), follow_redirects=True).text
    assert "Left as they are. About OLD: it was changed since." in answer
    assert "Later." in text(parts, "shipping/OLD.md")
    again = reviewer.post(undo_form(shown), follow_redirects=True).text
    assert "undone already" in again


def test_ticking_what_is_not_mine_changes_nothing_and_names_nothing(
    parts: Parts, outsider: FlaskClient, reviewer: FlaskClient
) -> None:
    form = {
        "chosen": chosen(parts, "SHP-014", "SHP-015"),
        "owner": "outsider@kb.example",
        "deputy": "",
    }
    for address in ("/reviews/confirmations", "/reviews/hand-overs"):
        shown = outsider.post(address, data=form, follow_redirects=True).text
        assert "that is not yours to do" in shown
        assert "Zebra" not in shown
    assert "2026-10-02" in text(parts)
    confirm(reviewer, parts)
    commit = parts.publishing.ledger.listed(None, 1, 1)[0][0].commit
    assert outsider.post(f"/changes/{commit}/undo").status_code == 404
    assert "2026-11-22" in text(parts)


@pytest.mark.parametrize("address", ["/reviews/confirmations", "/reviews/hand-overs"])
def test_the_ladder_of_many(
    address: str, anonymous: FlaskClient, rep: FlaskClient, reviewer: FlaskClient
) -> None:
    assert anonymous.post(address).status_code == 401
    assert rep.post(address).status_code == 404
    assert reviewer.get(address).status_code in (404, 405)
    assert reviewer.post(address, data={"chosen": ["SHP-014"]}).status_code == 400
    refused = reviewer.post(address, data={"owner": "", "deputy": ""})
    assert refused.status_code == 400
    assert "Tick" in refused.text


@pytest.mark.parametrize("commit", ["0" * 40, "x", "../../etc"])
def test_an_unknown_change_cannot_be_undone(commit: str, reviewer: FlaskClient) -> None:
    assert reviewer.post(f"/changes/{commit}/undo").status_code == 404


# Handing over


def test_a_hand_over_changes_owner_and_deputy_in_one_commit(
    home: Path, parts: Parts, reviewer: FlaskClient
) -> None:
    aged(parts, home, OLD="2024-01-01")
    form = {
        "chosen": chosen(parts, "SHP-014", "OLD"),
        "owner": "reviewer@kb.example",
        "deputy": "editor@kb.example",
    }
    shown = reviewer.post("/reviews/hand-overs", data=form, follow_redirects=True).text
    assert "Handed over: 2 procedures" in shown
    for path in (LATE, "shipping/OLD.md"):
        assert "owner: reviewer@kb.example\ndeputy: editor@kb.example" in text(parts, path)
    reviewer.post(undo_form(shown))
    assert "owner: editor@kb.example\ndeputy: reviewer@kb.example" in text(parts)


def test_who_left_is_replaced_as_owner_and_as_deputy(home: Path, parts: Parts, app: Flask) -> None:
    aged(parts, home, OLD="2024-01-01")
    parts.people.directory.add(
        "new@kb.example", "Nia New", PASSWORD, editor_of=["shipping"], now=NOW
    )
    lead = signed_in(app, "reviewer@kb.example")
    old = home / "content" / "shipping" / "OLD.md"
    old.write_text(
        old.read_text()
        .replace("owner: editor@", "owner: reviewer@")
        .replace("title", "deputy: editor@kb.example\ntitle")
    )
    parts.publishing.publisher.refresh(NOW.date())
    form = {"every": "y", "instead_of": "editor@kb.example", "owner": "new@kb.example"}
    shown = lead.post(
        "/reviews/hand-overs?which=any&owner=editor@kb.example", data=form, follow_redirects=True
    ).text
    assert "Handed over: 3 procedures" in shown
    assert "owner: new@kb.example\ndeputy: reviewer@kb.example" in text(parts)
    assert "owner: reviewer@" in text(parts, "shipping/OLD.md")
    assert "deputy: new@" in text(parts, "shipping/OLD.md")
    assert "owner: new@" in text(parts, "shipping/customs.md")
    told = parts.engine.connect().exec_driver_sql("SELECT title, kind FROM notices").all()
    assert told == [("Rena Reviewer handed you 3 procedures", "review due")]


def test_nobody_gets_what_is_not_of_their_department(
    parts: Parts, administrator: FlaskClient
) -> None:
    form = {
        "chosen": chosen(parts, "SHP-014", "BIL-001"),
        "owner": "editor@kb.example",
        "deputy": "",
    }
    shown = administrator.post("/reviews/hand-overs", data=form, follow_redirects=True).text
    assert "Refund: Order Lost in Transit: Eddy Editor is no member of Billing" in shown
    assert "owner: outsider@kb.example" in text(parts, REFUND)


def test_an_orphan_is_listed_with_what_it_lacks_and_can_be_handed_over(
    home: Path, parts: Parts, administrator: FlaskClient
) -> None:
    content = home / "content"
    (content / "lost.md").write_text("# Nobody's\n")
    (content / "shipping" / "none.md").write_text("---\nid: NONE\ntitle: Unowned\n---\nText.\n")
    (content / "shipping" / "who.md").write_text(
        "---\nid: WHO\ntitle: Odd\nowner: x@y.example\n---\nText.\n"
    )
    parts.publishing.publisher.refresh(NOW.date())
    parts.people.directory.disable(parts.people.directory.by_email("outsider@kb.example").id, NOW)
    shown = page(administrator, "/reviews/orphans")
    assert set(listed(shown)) == {"lost", "NONE", "WHO", "BIL-001"}
    for words in (
        "belongs to no department",
        "nobody owns it",
        "its owner x@y.example is nobody here",
        "its owner is disabled",
    ):
        assert words in shown
    form = {"chosen": chosen(parts, "NONE", "WHO"), "owner": "editor@kb.example", "deputy": ""}
    administrator.post("/reviews/hand-overs", data=form)
    assert set(listed(page(administrator, "/reviews/orphans"))) == {"lost", "BIL-001"}


# Feedback on what nobody owns


def complain(client: FlaskClient, parts: Parts, id: str) -> None:
    form = {"helpful": "no", "version": version_of(parts, id), "reason": "wrong"}
    assert client.post(f"/procedures/{id}/votes", data=form).status_code == 302


def waiting(parts: Parts, department: str) -> int:
    return parts.feedback.inbox.lists.counts({department}, NOW).open


def test_feedback_on_an_orphan_reaches_somebody(
    home: Path, parts: Parts, rep: FlaskClient, app: Flask
) -> None:
    (home / "content" / "lost.md").write_text("---\nid: LOST\ntitle: Lost\n---\nText.\n")
    parts.publishing.publisher.refresh(NOW.date())
    complain(rep, parts, "LOST")
    assert waiting(parts, "unassigned") == 1
    assert "Lost" in page(signed_in(app, "admin@kb.example"), "/inbox")
    editor = parts.people.directory.by_email("editor@kb.example")
    reviewer = parts.people.directory.by_email("reviewer@kb.example")
    assert editor
    assert reviewer
    parts.people.directory.disable(editor.id, NOW)
    complain(rep, parts, "SHP-014")
    assert waiting(parts, "shipping") == 1
    parts.people.directory.disable(reviewer.id, NOW)
    aged(parts, home, ALONE="2024-01-01")
    complain(rep, parts, "ALONE")
    assert waiting(parts, "unassigned") == 2
