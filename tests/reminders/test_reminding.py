"""Reminders: of reviews and of unanswered questions; to the right person, once, on working days."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from kb.feedback.model import Route
from kb.jobs import reminding_of
from kb.notices.sql.received import Told
from kb.parts import Parts
from kb.reminders.reminding import stages
from tests.conftest import NOW
from tests.delivery.postoffice import ADA, EDDY, OTTO, RENA, RITA
from tests.web.acts import statements

DAY = timedelta(days=1)


def told(parts: Parts, person_id: int, kind: str = "review due") -> list[Told]:
    """What this person was told of that kind, the oldest first."""
    found = parts.notices.received.of(person_id, 1, 500).notices
    return [one for one in found if one.kind == kind][::-1]


def write(parts: Parts, path: str, text: str) -> None:
    target = parts.settings.content / path
    target.write_text(text, encoding="utf-8")


def due_of(parts: Parts, procedure_id: str) -> date:
    card = parts.catalogue.get(procedure_id)
    assert card is not None
    assert card.procedure.due is not None
    return card.procedure.due


def on(day: date, hour: int = 9) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=UTC)


@pytest.mark.parametrize(
    ("days", "reached"),
    [
        (-8, ()), (-7, ("before",)), (-1, ("before",)), (0, ("due",)), (6, ("due",)),
        (7, ("due", "deputy")), (13, ("due", "deputy")), (14, ("due", "deputy", "lead")),
    ],
)  # fmt: skip
def test_how_far_a_review_has_come(days: int, reached: tuple[str, ...]) -> None:
    assert stages(NOW.date(), NOW.date() + days * DAY) == reached


def test_owner_then_deputy_then_lead_each_once(parts: Parts) -> None:
    due = due_of(parts, "SHP-014")
    heard = {}
    for days in range(-20, 40):
        for hour in (1, 9, 17):
            reminding_of(parts).run(on(due + days * DAY, hour))
        heard[days] = len(told(parts, EDDY)), len(told(parts, RENA))
    assert [heard[days] for days in (-8, -7, -1, 0, 6, 7, 13, 14, 39)] == [
        (0, 0), (1, 0), (1, 0), (2, 0), (2, 0), (2, 1), (2, 1), (2, 2), (2, 2),
    ]  # fmt: skip
    first = told(parts, EDDY)[0]
    assert first.title == "“Complaint: Late Shipment” is to be reviewed"
    assert first.link == "/procedures/SHP-014"
    assert first.procedure_id == "SHP-014"
    assert told(parts, RITA) == []


def test_a_review_begins_it_all_anew(parts: Parts) -> None:
    due = due_of(parts, "SHP-014")
    reminding_of(parts).run(on(due))
    path = "shipping/late-shipment.md"
    text = (parts.settings.content / path).read_text("utf-8")
    write(parts, path, text.replace("2026-10-02", "2027-04-02"))
    parts.publishing.publisher.refresh(due)
    reminding_of(parts).run(on(due + 30 * DAY))
    assert len(told(parts, EDDY)) == 1
    reminding_of(parts).run(on(due_of(parts, "SHP-014")))
    assert len(told(parts, EDDY)) == 2


def test_hundreds_that_are_overdue_are_one_notice(parts: Parts) -> None:
    for number in range(300):
        write(
            parts,
            f"shipping/old-{number}.md",
            f"---\nid: OLD-{number}\ntitle: Old {number}\ndepartment: shipping\n"
            "owner: editor@kb.example\nreviewed: 2020-01-01\nreview_every: 90 days\n---\nText.\n",
        )
    parts.publishing.publisher.refresh(NOW.date())
    with statements(parts.engine) as sent:
        reminding_of(parts).run(NOW)
    assert len(sent) < 40
    (one,) = told(parts, EDDY)
    assert one.title == "300 procedures of Shipping are to be reviewed"
    assert one.link == "/reviews"
    # Rena is the deputy of none of these, but as lead she hears of both steps at once.
    (hers,) = told(parts, RENA)
    assert "300 fell due two weeks ago or longer" in hers.text
    with statements(parts.engine) as idle:
        reminding_of(parts).run(NOW + timedelta(hours=1))
    assert "BEGIN IMMEDIATE" not in idle
    assert len(told(parts, EDDY)) == 1


def test_nobody_is_reminded_on_a_day_off(parts: Parts) -> None:
    departments = parts.settings.content / "departments.yml"
    hours = "hours: Mon-Fri 9:00-17:00\nholidays: [2026-11-23]\n"
    departments.write_text(hours + departments.read_text("utf-8"), "utf-8")
    for day, heard in ((22, 0), (23, 0), (24, 1)):  # a Sunday, a holiday, a Tuesday
        reminding_of(parts).run(on(date(2026, 11, day)))
        assert len(told(parts, OTTO)) == heard


def test_where_the_owner_is_gone_the_next_is_told(parts: Parts) -> None:
    due = due_of(parts, "SHP-014")
    parts.people.directory.disable(EDDY, NOW)
    reminding_of(parts).run(on(due))
    assert [one.procedure_id for one in told(parts, RENA)] == ["SHP-014"]
    assert told(parts, EDDY) == []


def test_what_is_nobodys_reaches_the_administrators(parts: Parts) -> None:
    write(
        parts,
        "orphan.md",
        "---\nid: ORP-1\ntitle: Orphan\nowner: gone@kb.example\nreviewed: 2026-01-01\n"
        "review_every: 90 days\n---\nText.\n",
    )
    parts.publishing.publisher.refresh(NOW.date())
    reminding_of(parts).run(NOW)
    assert [one.title for one in told(parts, ADA)] == ["“Orphan” is to be reviewed"]


def ask(parts: Parts, words: str, at: datetime) -> None:
    shipping = parts.publishing.publisher.departments().get("shipping")  # answers within 8 hours
    parts.feedback.inbox.ask(RITA, words, Route(shipping), "", at)


def test_an_unanswered_question_reaches_the_lead_and_later_the_administrators(
    parts: Parts,
) -> None:
    for words in ("norway", "zebra"):
        ask(parts, words, NOW)
    due = NOW + timedelta(hours=8)
    heard = []
    for hours in (-1, 1, 2, 7, 9, 30):
        reminding_of(parts).run(due + timedelta(hours=hours))
        both = told(parts, RENA, "overdue"), told(parts, ADA, "overdue")
        heard.append(tuple(map(len, both)))
    assert heard == [(0, 0), (1, 0), (1, 0), (1, 0), (1, 1), (1, 1)]
    (one,) = told(parts, RENA, "overdue")
    assert one.title == "2 questions to Shipping not answered in time"
    assert one.department == "shipping"
    assert one.link == "/inbox?show=open&due=overdue&department=shipping"
    assert [each.link for each in told(parts, ADA, "overdue")] == ["/overdue?department=shipping"]
    for somebody in (EDDY, OTTO, RITA):
        assert told(parts, somebody, "overdue") == []


def test_without_a_lead_the_administrators_hear_of_it_first(parts: Parts) -> None:
    parts.people.directory.disable(RENA, NOW)
    ask(parts, "norway", NOW)
    reminding_of(parts).run(NOW + timedelta(hours=9))
    (one,) = told(parts, ADA, "overdue")
    assert "Shipping has no lead who could be told; could you see to it?" in one.text
    assert one.link == "/overdue?department=shipping"


def test_what_fails_in_the_middle_is_reminded_of_the_next_time(
    parts: Parts, tmp_path: Path
) -> None:
    due = due_of(parts, "SHP-014")
    broken = replace(reminding_of(parts), departments=lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        broken.run(on(due))
    for _ in range(2):
        reminding_of(parts).run(on(due))
    assert len(told(parts, EDDY)) == 1
