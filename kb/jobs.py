"""What the background worker does for each capability, and how often."""

from __future__ import annotations

from kb.parts import Parts
from kb.reminders.news import News
from kb.reminders.reminding import Reminding
from kb.worker.long_work import LongJob
from kb.worker.scheduler import Job, Scheduler


def scheduler_of(parts: Parts) -> Scheduler:
    """All of them, none done yet."""
    insight, tidying, departments = parts.insight, parts.tidying, parts.publishing.departments
    days_kept, days = parts.settings.search_log_days, parts.departments.days
    links = LongJob("links", tidying.links.wanted, tidying.link_checking.work)
    twins = LongJob("twins", tidying.comparing.wanted, tidying.comparing.compare, rest=20)
    return Scheduler(
        (
            # Seconds: words that people use are counted over days.
            Job("learning", 300, lambda now: insight.learned.count(now, days_kept)),
            Job("forgetting", 30, insight.log.keep),
            Job("answering", 15, parts.feedback.fixing.keep_all),
            Job("sharing", 1800, parts.feedback.sharing.count),
            Job("days", 600, lambda now: days.note(departments(), now)),
            Job("links", 2, links.begin),
            Job("twins", 300, twins.begin),
            Job("approving", 10, parts.approval.keep_up),
            Job("handing over", 60, parts.reviews.handing.keep_up),
            Job("delivering", 5, parts.delivery.courier.wake),
            Job("reminding", 300, reminding_of(parts).run),
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
        news=News(
            versions=parts.versions,
            catalogue=parts.catalogue,
            must_reads=parts.must_reads.must_reads,
            reminders=parts.notices.reminders,
            receivers=parts.people.receivers,
        ),
    )
