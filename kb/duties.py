"""What the background worker does for each capability, and how often."""

from __future__ import annotations

from kb.parts import Parts
from kb.reminders.reminding import Reminding
from kb.worker.long_work import Beside
from kb.worker.scheduler import Duties, Duty


def duties_of(parts: Parts) -> Duties:
    """All of them, none done yet."""
    insight, tidying, departments = parts.insight, parts.tidying, parts.publishing.departments
    days_kept, days = parts.settings.search_log_days, parts.departments.days
    links = Beside("links", tidying.links.wanted, tidying.link_checking.work)
    twins = Beside("twins", tidying.comparing.wanted, tidying.comparing.compare, rest=20)
    return Duties(
        (
            # Seconds: words that people use are counted over days.
            Duty("learning", 300, lambda now: insight.learned.count(now, days_kept)),
            Duty("forgetting", 30, insight.log.keep),
            Duty("answering", 15, parts.feedback.fixing.keep_all),
            Duty("sharing", 1800, parts.feedback.sharing.count),
            Duty("days", 600, lambda now: days.note(departments(), now)),
            Duty("links", 2, links.begin),
            Duty("twins", 300, twins.begin),
            Duty("approving", 10, parts.approval.keep_up),
            Duty("handing over", 60, parts.reviews.handing.keep_up),
            Duty("delivering", 5, parts.delivery.courier.wake),
            Duty("reminding", 300, reminding_of(parts).run),
        )
    )


def reminding_of(parts: Parts) -> Reminding:
    """What reminds of all that waits."""
    return Reminding(
        due=parts.reviews.due,
        late=parts.feedback.late,
        reminders=parts.notices.reminders,
        receivers=parts.people.receivers,
        departments=parts.publishing.departments,
        asking=parts.must_reads,
    )
