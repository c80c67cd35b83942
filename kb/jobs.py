"""What the background worker does for each capability, and how often."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import partial

from kb.database import inspect_file
from kb.measuring.timings import forget, timings_folder
from kb.parts import Parts
from kb.reminders.news import News
from kb.reminders.reminding import Reminding
from kb.worker.heartbeat import Heartbeat
from kb.worker.log_files import access_log_file, turn_over
from kb.worker.long_work import LongJob
from kb.worker.scheduler import Job, Scheduler, silently, unnoted


def scheduler_of(parts: Parts, heart: Heartbeat | None = None) -> Scheduler:
    """All of them, none done yet; `heart` hears of what is done and what fails."""
    tell = heart.tell if heart else silently
    note = heart.ran if heart else unnoted
    long_job = partial(LongJob, tell=tell, note=note)
    insight, tidying, departments = parts.insight, parts.tidying, parts.publishing.departments
    days_kept, days = parts.settings.search_log_days, parts.departments.days
    take_in = parts.attachments.taking_in.keep_up
    attachments = long_job("attachments", lambda: True, take_in, rest=20)
    links = long_job("links", tidying.links.wanted, tidying.link_checking.work)
    compare = tidying.comparing.compare
    twins = long_job("twins", tidying.comparing.wanted, compare, rest=20)
    index = long_job("index", lambda: True, parts.search.index.inspect, rest=20)
    encode, wanted = parts.search.encode, parts.search.encoding_wanted
    encoding = long_job("encoding", wanted, encode)
    counted_in = timings_folder(parts.settings.var)
    engine, backups = parts.engine, parts.backups
    exports, old_audit = parts.exporting.exports, partial(_old_audit, parts)
    backup = long_job(
        "backup", lambda: backups.wanted(_now()), lambda: backups.keep_up(_now()), tell=tell
    )
    standing = long_job(
        "standing must-reads",
        lambda: True,
        lambda: parts.must_reads.keeping.keep_up(_now()),
        rest=20,
    )
    taking_out = long_job("exports", exports.waiting, exports.work)
    database = long_job("database", lambda: True, lambda: inspect_file(engine))
    return Scheduler(
        (
            # Seconds: words that people use are counted over days.
            Job("learning", 300, lambda now: insight.learned.count(now, days_kept)),
            Job("forgetting", 30, insight.log.keep),
            Job("answering", 15, parts.feedback.fixing.keep_all),
            Job("sharing", 1800, parts.feedback.sharing.count),
            Job("days", 600, lambda now: days.note(departments(), now)),
            attachments.job(2),
            links.job(2),
            twins.job(300),
            Job("erasing", 60, parts.publishing.saver.keep_up_erasing),
            Job("approving", 10, parts.approval.keep_up),
            Job("handing over", 60, parts.reviews.handing.keep_up),
            Job("delivering", 5, parts.delivery.courier.wake),
            Job("reminding", 300, reminding_of(parts).run),
            encoding.job(2),
            taking_out.job(1),
            standing.job(20),
            Job("old exports", 600, exports.keep_up),
            index.job(120),
            database.job(600),
            backup.job(2),
            Job("telling of backups", 60, backups.tell),
            Job("old audit entries", 3600, old_audit),
            Job("timings", 3600, lambda now: forget(counted_in, now.timestamp())),
            Job("logs", 600, lambda now: turn_over(access_log_file(parts.settings.var))),
        ),
        tell,
        heart.doing if heart else lambda name: None,
        note,
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
