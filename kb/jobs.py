"""What the background worker does for each capability, and how often."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

from kb.database import inspect_file
from kb.parts import Parts
from kb.reminders.news import News
from kb.reminders.reminding import Reminding
from kb.worker.heartbeat import Heartbeat
from kb.worker.log_files import access_log_file, turn_over
from kb.worker.long_work import LongJob
from kb.worker.scheduler import Job, Scheduler, silently


def scheduler_of(parts: Parts, heart: Heartbeat | None = None) -> Scheduler:
    """All of them, none done yet; `heart` hears of what is done and what fails."""
    tell = heart.tell if heart else silently
    insight, tidying, departments = parts.insight, parts.tidying, parts.publishing.departments
    days_kept, days = parts.settings.search_log_days, parts.departments.days
    take_in = parts.attachments.taking_in.keep_up
    attachments = LongJob("attachments", lambda: True, take_in, rest=20, tell=tell)
    links = LongJob("links", tidying.links.wanted, tidying.link_checking.work, tell=tell)
    compare = tidying.comparing.compare
    twins = LongJob("twins", tidying.comparing.wanted, compare, rest=20, tell=tell)
    index = LongJob("index", lambda: True, parts.search.index.inspect, rest=20, tell=tell)
    encode, wanted = parts.search.encode, parts.search.encoding_wanted
    encoding = LongJob("encoding", wanted, encode, tell=tell)
    engine, backups = parts.engine, parts.backups
    exports, old_audit = parts.exporting.exports, partial(_old_audit, parts)
    backup = LongJob(
        "backup", lambda: backups.wanted(_now()), lambda: backups.keep_up(_now()), tell=tell
    )
    standing = LongJob(
        "standing must-reads",
        lambda: True,
        lambda: parts.must_reads.keeping.keep_up(_now()),
        rest=20,
        tell=tell,
    )
    taking_out = LongJob("exports", exports.waiting, exports.work, tell=tell)
    database = LongJob("database", lambda: True, lambda: inspect_file(engine), tell=tell)
    return Scheduler(
        (
            # Seconds: words that people use are counted over days.
            Job("learning", 300, lambda now: insight.learned.count(now, days_kept)),
            Job("forgetting", 30, insight.log.keep),
            Job("answering", 15, parts.feedback.fixing.keep_all),
            Job("sharing", 1800, parts.feedback.sharing.count),
            Job("days", 600, lambda now: days.note(departments(), now)),
            Job("attachments", 2, attachments.begin),
            Job("links", 2, links.begin),
            Job("twins", 300, twins.begin),
            Job("erasing", 60, parts.publishing.saver.keep_up_erasing),
            Job("approving", 10, parts.approval.keep_up),
            Job("handing over", 60, parts.reviews.handing.keep_up),
            Job("delivering", 5, parts.delivery.courier.wake),
            Job("reminding", 300, reminding_of(parts).run),
            Job("encoding", 2, encoding.begin),
            Job("exports", 1, taking_out.begin),
            Job("standing must-reads", 20, standing.begin),
            Job("old exports", 600, exports.keep_up),
            Job("index", 120, index.begin),
            Job("database", 600, database.begin),
            Job("backup", 2, backup.begin),
            Job("telling of backups", 60, backups.tell),
            Job("old audit entries", 3600, old_audit),
            Job("logs", 600, lambda now: turn_over(access_log_file(parts.settings.var))),
        ),
        tell,
        heart.doing if heart else lambda name: None,
    )


def _old_audit(parts: Parts, now: datetime) -> None:
    parts.people.audit.keep(parts.settings.audit_days, now)


def _now() -> datetime:
    return datetime.now(UTC)


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
