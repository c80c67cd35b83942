"""How a department stands and serves: every number against the rows it is made of."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import insert, select

from kb.database import department_days, reading, submissions, writing
from kb.departments.proportions import Share
from kb.departments.sql.workload import Workload
from kb.jobs import scheduler_of
from kb.parts import Parts
from tests.conftest import NOW
from tests.departments.uses import asked, searched, voted
from tests.web.acts import statements

TODAY = NOW.date()


def write(home: Path, name: str, **fields: object) -> None:
    """A procedure of shipping."""
    head = "".join(f"{key}: {value}\n" for key, value in fields.items())
    text = f"---\ntitle: {name}\ndepartment: shipping\n{head}---\n\nText of {name}.\n"
    (home / "content" / "shipping" / f"{name}.md").write_text(text)


def stands(parts: Parts, email: str = "editor@kb.example") -> Workload:
    return parts.departments.health.standing("shipping", TODAY, NOW, email)


def test_what_waits_is_counted_as_it_is(parts: Parts, home: Path) -> None:
    late, soon, never = TODAY - timedelta(days=91), TODAY - timedelta(days=80), TODAY
    mine = "editor@kb.example"
    write(home, "late", reviewed=late, review_every="90 days", owner=mine)
    write(home, "late-too", reviewed=late, review_every="90 days")
    write(home, "late-draft", reviewed=late, review_every="90 days", status="draft")
    write(home, "soon", reviewed=soon, review_every="90 days", owner=mine.upper())
    write(home, "fresh", reviewed=never, review_every="90 days")
    write(home, "undated")
    write(home, "gone", reviewed=late, review_every="90 days", status="retired")
    write(home, "broken", finds="[a search that finds something else]", related="SHP-014")
    (home / "content/shipping/dead.md").write_text("---\ntitle: Dead\n---\n[x](nowhere.md)\n")
    asked(parts.engine, 3, None)
    asked(parts.engine, 0.9, None)
    asked(parts.engine, 0.1, None)
    parts.publishing.publisher.refresh(TODAY)
    at = stands(parts)
    assert (at.overdue, at.my_overdue, at.due_soon, at.my_due_soon) == (2, 1, 1, 1)
    assert (at.drafts, at.broken_finds, at.faulty) == (2, 1, 1)
    assert (at.open_items, at.late_items, at.soon_items) == (3, 1, 1)
    assert at.published == 8  # with SHP-014
    assert at.promised == 5  # two late, soon, fresh, SHP-014


def test_drafts_are_listed_as_they_are_counted(parts: Parts, home: Path) -> None:
    for nth in range(2):
        write(home, f"new{nth}", status="draft", id=f"N-{nth}")
    parts.publishing.publisher.refresh(TODAY)
    first = parts.departments.health.listed("shipping", "draft", 1, 2)
    assert (first.ids, first.total) == (("N-0", "N-1"), 3)
    assert parts.departments.health.listed("shipping", "draft", 2, 2).ids == ("SHP-015",)
    assert stands(parts).drafts == 3


def test_votes_of_four_weeks_stand_against_the_four_before(parts: Parts) -> None:
    voted(parts.engine, "SHP-014", 8, 2, ago=3)
    voted(parts.engine, "SHP-014", 5, 5, ago=40)
    voted(parts.engine, "BIL-001", 0, 9, ago=3)
    found = parts.departments.health.votes("shipping", NOW, 5)
    assert (found.recent, found.before) == (Share(8, 10), Share(5, 10))
    (worst,) = found.worst
    assert (worst.id, worst.helpful, worst.recent_no, worst.before_no) == (
        "SHP-014",
        Share(13, 20),
        2,
        5,
    )


def test_the_worst_rated_is_the_one_of_which_it_is_surest(parts: Parts, home: Path) -> None:
    for name in ("one-no", "two-no", "many-no", "old-no"):
        write(home, name, id=name)
    parts.publishing.publisher.refresh(TODAY)
    voted(parts.engine, "one-no", 0, 1)  # may be chance, and is not listed
    voted(parts.engine, "two-no", 0, 2)
    voted(parts.engine, "many-no", 20, 60)
    voted(parts.engine, "old-no", 0, 50, ago=200)
    assert [one.id for one in parts.departments.health.votes("shipping", NOW, 5).worst] == [
        "many-no",
        "two-no",
    ]


def test_answers_in_time_are_counted_by_when_they_were_given(parts: Parts) -> None:
    asked(parts.engine, 10, 9.5)
    asked(parts.engine, 10, 5)
    asked(parts.engine, 40, 39.5)
    asked(parts.engine, 2, None)
    assert parts.departments.health.answered("shipping", NOW) == (Share(1, 2), Share(1, 1))


def test_what_is_read_and_what_is_not_found(parts: Parts) -> None:
    searched(parts.engine, "late", 3, opened="SHP-014", found=True)
    searched(parts.engine, "late", 2, ago=40, opened="SHP-014", found=True)
    searched(parts.engine, "refund", 4, opened="BIL-001", found=True)
    searched(parts.engine, "customs norway", 3)
    searched(parts.engine, "drone", 1)
    searched(parts.engine, "drone", 5, ago=40)
    searched(parts.engine, "elsewhere", 9, about="billing")
    searched(parts.engine, "long ago", 9, ago=60)
    parts_read = parts.departments.health.read("shipping", TODAY, 5)
    assert [(one.id, one.recent, one.before) for one in parts_read] == [("SHP-014", 3, 2)]
    failed = parts.departments.health.failures("shipping", TODAY, 5)
    assert (failed.recent, failed.before) == (4, 5)
    words = [(one.folded, one.people, one.recent, one.before) for one in failed.words]
    assert words == [("customs norway", 3, 3, 0), ("drone", 1, 1, 5)]


def test_ignored_words_are_not_told(parts: Parts) -> None:
    from kb.insight.sql.report import Report

    searched(parts.engine, "giraffe", 3)
    Report(parts.engine).ignore(["giraffe"], NOW)
    assert parts.departments.health.failures("shipping", TODAY, 5).recent == 0


def test_a_day_is_written_down_once_and_the_last_time_counts(parts: Parts) -> None:
    departments = parts.publishing.publisher.departments()
    parts.departments.days.note(departments, NOW - timedelta(hours=3))
    asked(parts.engine, 3, None)
    parts.departments.days.note(departments, NOW)
    parts.departments.days.note(departments, NOW + timedelta(days=1))
    days = parts.departments.days.days("shipping", TODAY, TODAY + timedelta(days=5))
    counted = [(day, at.open_items, at.late_items, at.drafts) for day, at in days.by_day]
    assert counted == [(TODAY, 1, 1, 1), (TODAY + timedelta(days=1), 1, 1, 1)]
    with reading(parts.engine) as connection:
        assert len(connection.execute(select(department_days)).all()) == 4


def test_the_day_is_the_departments_own(parts: Parts, home: Path) -> None:
    source = home / "content" / "departments.yml"
    source.write_text(source.read_text() + "time_zone: Pacific/Auckland\n")
    parts.departments.days.note(parts.publishing.publisher.departments(), NOW.replace(hour=23))
    days = parts.departments.days.days("shipping", date(2026, 1, 1), date(2027, 1, 1))
    assert [day for day, _ in days.by_day] == [date(2026, 11, 23)]


def test_a_day_that_nobody_counted_is_made_up_by_one_near_it(parts: Parts) -> None:
    parts.departments.days.note(parts.publishing.publisher.departments(), NOW)
    days = parts.departments.days.days("shipping", TODAY, TODAY)
    assert days.before(TODAY - timedelta(days=1)) is None
    assert days.before(TODAY + timedelta(days=6)) is not None
    assert days.before(TODAY + timedelta(days=7)) is None


def test_the_duty_writes_it_down(parts: Parts) -> None:
    names = {job.name for job in scheduler_of(parts).of}
    assert {"days", "links", "twins"} <= names
    (job,) = [job for job in scheduler_of(parts).of if job.name == "days"]
    job.run(NOW)
    assert len(parts.departments.days.days("billing", TODAY, TODAY).by_day) == 1


def test_the_questions_are_as_many_for_many_procedures(parts: Parts, home: Path) -> None:
    def every() -> int:
        with statements(parts.engine) as sent:
            stands(parts)
            parts.departments.health.votes("shipping", NOW, 5)
            parts.departments.health.answered("shipping", NOW)
            parts.departments.health.read("shipping", TODAY, 5)
            parts.departments.health.failures("shipping", TODAY, 5)
        return sum(statement.startswith("SELECT") for statement in sent)

    before = every()
    for nth in range(40):
        write(home, f"p{nth}", reviewed=TODAY - timedelta(days=nth * 9), id=f"P-{nth}")
        voted(parts.engine, f"P-{nth}", 1, 3)
        searched(parts.engine, f"word {nth}", opened=f"P-{nth}")
    parts.publishing.publisher.refresh(TODAY)
    assert every() == before == 9


def test_what_waits_for_a_reviewer_is_counted_where_the_procedure_is_today(parts: Parts) -> None:
    def submitted(id: str, state: str, department: str) -> dict[str, object]:
        texts = {"base": b"", "text": b"", "note": "", "title": id, "worth_telling": False}
        row = {"procedure_id": id, "kind": "change", "state": state, "department": department}
        return {**texts, **row, "by_id": 1, "at": NOW}

    with writing(parts.engine, "test") as connection:
        for row in (
            submitted("SHP-014", "waiting", "billing"),  # moved since
            submitted("SHP-014", "sent back", "shipping"),
            submitted("SHP-015", "later", "shipping"),
            submitted("BIL-001", "waiting", "billing"),
            submitted("not there any more", "waiting", "shipping"),
        ):
            connection.execute(insert(submissions), row)
    assert stands(parts).submissions == 2
