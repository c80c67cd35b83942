"""My department in the morning: what waits for its members, how it serves, and where to act."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from operator import attrgetter

from flask import render_template
from msgspec import Struct

from kb.departments.proportions import Share
from kb.departments.sql.day_book import Days
from kb.departments.sql.health import WEEKS, Failures, VoteFigures
from kb.departments.sql.workload import Workload
from kb.people.person import Person
from kb.people.rights import reviews
from kb.procedures.counting import counted
from kb.procedures.model import Department
from kb.reviews.sql.review_list import SOON
from kb.web.departments import where_to_act
from kb.web.departments.sparklines import Trend, trend
from kb.web.site.pages import now, parts
from kb.web.site.wording import days_long, short_day

LISTED = 5  # of each list on the page
_WEEKS_DRAWN = 12


class Wait(Struct, frozen=True):
    """One kind of thing that waits: how many, how that went, and where one sees to it.

    `details` say how much of it is whose, or when it is due.
    """

    count: int
    name: str
    details: tuple[str, ...]
    late: str
    trend: Trend
    address: str
    act: str


class HealthFigure(Struct, frozen=True):
    """One number of the department's health, with its base and how it went."""

    name: str
    value: str
    base: str
    trend: Trend
    address: str
    act: str


def page(department: Department, who: Person) -> str:
    """The page of a department that this person is of."""
    today = now().astimezone(department.calendar.zone).date()
    health = parts().departments.health
    stands = health.standing(department.id, today, now(), who.email, who.id)
    days = parts().departments.days.days(
        department.id, today - timedelta(weeks=_WEEKS_DRAWN + 1), today - timedelta(days=1)
    )
    votes = health.votes(department.id, now(), LISTED)
    failed = health.failures(department.id, today, LISTED)
    return render_template(
        "departments/morning.html",
        department=department,
        tab="morning",
        hail=_hail(now().astimezone(department.calendar.zone)),
        who=who,
        late=stands.overdue + stands.late_items,
        mine=stands.my_overdue,
        waits=_waits(department.id, stands, days, today, who),
        figures=_figures(department.id, stands, days, today, votes, failed),
        read=health.read(department.id, today, LISTED),
        worst=votes.worst,
        failed=failed.words,
        since=None if days.before(today - WEEKS) else _first(days),
        log_kept=parts().insight.log.days > 0,
    )


def _hail(at: datetime) -> str:
    return "Good morning" if at.hour < 12 else "Good afternoon" if at.hour < 18 else "Good evening"


def _first(days: Days) -> str:
    return short_day(days.by_day[0][0], days.by_day[-1][0]) if days.by_day else "today"


def _waits(department: str, at: Workload, days: Days, today: date, who: Person) -> list[Wait]:
    """In the order in which they press; each says how much of it waits for who asks."""

    def wait(
        counted: str,
        name: str,
        address: str,
        act: str,
        details: tuple[str, ...] = (),
        late: str = "",
    ) -> Wait:
        count: Callable[[Workload], int] = attrgetter(counted)
        how = _trend(count, at, days, today)
        return Wait(count(at), name, details, late, how, address, act)

    there = where_to_act.of(department)
    deciding = _to_decide(department, at, who)
    late = f"{at.late_items:,} overdue" if at.late_items else ""
    mine = f"{at.my_overdue:,} yours" if at.my_overdue else ""
    approve = "Approve" if deciding else "See"
    return [
        wait("open_items", "Questions and feedback", there.items, "Answer", _whose(at), late),
        wait("overdue", "Reviews overdue", there.overdue, "Review", _told(mine)),
        wait(
            "submissions",
            "Submitted for approval",
            there.submissions,
            approve,
            _for_whom(at, deciding),
        ),
        wait("broken_finds", "Search tests that fail", there.broken_finds, "Mend"),
        wait("faulty", "Files with faults", there.faults, "Mend"),
        wait("due_soon", "Reviews due soon", there.due, "Review", _due(at)),
        wait("drafts", "Drafts", there.drafts, "Finish"),
    ]


def _whose(at: Workload) -> tuple[str, ...]:
    mine = f"{at.my_items:,} assigned to you" if at.my_items else ""
    return _told(mine, f"{at.soon_items:,} due soon" if at.soon_items else "")


def _to_decide(department: str, at: Workload, who: Person) -> int:
    """How many submissions this person may approve or send back."""
    if not reviews(who, department):
        return 0
    return at.submissions - (at.my_submissions if parts().settings.four_eyes else 0)


def _for_whom(at: Workload, deciding: int) -> tuple[str, ...]:
    if not at.submissions:
        return ()
    mine = f"{at.my_submissions:,} from you" if at.my_submissions else ""
    whose = f"{deciding:,} for you to decide" if deciding else "for a reviewer to decide"
    return _told(whose, mine)


def _due(at: Workload) -> tuple[str, ...]:
    mine = f"{at.my_due_soon:,} yours" if at.my_due_soon else ""
    return _told(f"within {days_long(SOON.days)}", mine) if at.due_soon else ()


def _told(*told: str) -> tuple[str, ...]:
    return tuple(filter(None, told))


def _figures(
    department: str, at: Workload, days: Days, today: date, votes: VoteFigures, failed: Failures
) -> list[HealthFigure]:
    there = where_to_act.of(department)
    answered, earlier = parts().departments.health.answered(department, now())
    undated = at.published - at.promised
    return [
        HealthFigure(
            "Reviewed in time",
            _percent(_in_time(at)),
            f"{at.promised - at.overdue:,} of {at.promised:,}"
            + (f"; {undated:,} without a date" if undated else ""),
            _trend(lambda one: round(100 * _in_time(one).value), at, days, today, " points", True),
            there.overdue,
            "See what is overdue",
        ),
        HealthFigure(
            "Said it helped",
            _percent(votes.recent),
            _interval(votes.recent),
            _compared(votes.recent, votes.before),
            "#worst",
            "See the worst rated",
        ),
        HealthFigure(
            "Answered in time",
            f"{answered.part:,} of {answered.whole:,}" if answered.whole else "–",
            "in four weeks" if answered.whole else "nothing to answer in four weeks",
            _before(f"{earlier.part:,} of {earlier.whole:,}" if earlier.whole else ""),
            there.items,
            "Open the inbox",
        ),
        HealthFigure(
            "Searches that failed",
            f"{failed.recent:,}",
            "near its topics in four weeks",
            _moved(failed.recent, failed.before),
            there.failures,
            "See what was searched",
        ),
    ]


def _trend(
    count: Callable[[Workload], float],
    at: Workload,
    days: Days,
    today: date,
    unit: str = "",
    more_is_better: bool = False,
) -> Trend:
    """Against four weeks ago, with a point for each week that was counted."""
    then = days.before(today - WEEKS)
    weekly = [days.before(today - timedelta(weeks=back)) for back in range(_WEEKS_DRAWN, 0, -1)]
    points = [count(one[1]) for one in weekly if one]
    return trend(
        count(at),
        (then[0], count(then[1])) if then else None,
        [*points, count(at)],
        today=today,
        unit=unit,
        more_is_better=more_is_better,
    )


def _in_time(at: Workload) -> Share:
    return Share(at.promised - at.overdue, at.promised)


def _percent(share: Share) -> str:
    return f"{100 * share.value:.0f} %" if share.whole else "–"


def _interval(share: Share) -> str:
    if not share.whole:
        return "no votes in four weeks"
    low, high = (round(100 * bound) for bound in (share.low, share.high))
    return f"{low} to {high} %, of {counted(share.whole, 'vote')}"


def _compared(recent: Share, before: Share) -> Trend:
    """Better or worse only where it is hardly chance."""
    if not before.whole:
        return Trend("")
    was = f"{_percent(before)} of {before.whole:,} in the {days_long(WEEKS.days)} before"
    if not recent.differs_from(before):
        return Trend(was)
    better = recent.value > before.value
    return Trend(f"{'▲' if better else '▼'} {was}", "ok" if better else "warn")


def _before(was: str) -> Trend:
    return Trend(f"{was} in the {days_long(WEEKS.days)} before" if was else "")


def _moved(recent: int, before: int) -> Trend:
    mark = "▲ " if recent > before else "▼ " if recent < before else ""
    mood = "warn" if recent > before else "ok" if recent < before else ""
    return Trend(f"{mark}{before:,} in the {days_long(WEEKS.days)} before", mood)
