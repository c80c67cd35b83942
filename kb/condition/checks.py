"""The one list of checks: for every page, for whoever watches, and for who looks closely."""

from __future__ import annotations

from kb.condition import examining, home, service
from kb.condition.concern import Check, Concern, Looked, Pace, Weight
from kb.parts import Parts
from kb.settings import Settings

OF_SERVICE: tuple[Check[Parts], ...] = (
    Check("content", Pace.PROBE, service.content),
    Check("database", Pace.PROBE, service.database),
    Check("index", Pace.PAGE, service.index, examining.mend_index),
    Check("departments.yml, synonyms.yml", Pace.PAGE, service.settings_files),
    Check("worker", Pace.PAGE, service.worker),
    Check("backups", Pace.PAGE, service.backups),
    Check("unfinished merge", Pace.LOOK, examining.merge),
    Check("whole index", Pace.EXAMINATION, examining.whole_index, examining.mend_index),
    Check("nothing fits", Pace.LOOK, examining.threshold, examining.mend_threshold),
    Check("unread files", Pace.EXAMINATION, examining.unread_files),
)
OF_HOME: tuple[Check[Settings], ...] = (
    Check("rights", Pace.LOOK, home.private_files, home.mend_private_files),
    Check("safety", Pace.LOOK, home.unsafe_settings, home.mend_unsafe_files),
    Check("keys", Pace.LOOK, home.keys),
    Check("disk", Pace.LOOK, home.space),
    Check("clock", Pace.LOOK, home.clock),
    Check("git locks", Pace.LOOK, home.stale_locks, home.mend_stale_locks),
    Check("schema", Pace.EXAMINATION, home.schema),
    Check("log of writes", Pace.LOOK, home.wal, home.mend_wal),
)


def concerns(parts: Parts) -> tuple[Concern, ...]:
    """Those that may be looked for every few seconds, worst first; a statement or two."""
    return _worst_first(_found(parts, Pace.PROBE))


def concerns_at_a_look(parts: Parts) -> tuple[Concern, ...]:
    """Those of the status page, worst first, but for notes: all that needs not every byte read."""
    of_home = [check for check in OF_HOME if check.pace <= Pace.LOOK]
    found = _found(parts, Pace.LOOK)
    found += [one for check in of_home for one in looked(check, parts.settings)]
    return _worst_first([one for one in found if one.weight > Weight.NOTE])


def quick_concerns(parts: Parts) -> tuple[Concern, ...]:
    """Those that are known without asking the database."""
    return _worst_first(_found(parts, Pace.PAGE))


def looked(check: Check[Looked], at: Looked) -> list[Concern]:
    """What that check finds. Where it cannot look, that is what it found."""
    try:
        return list(check.look(at))
    except OSError as error:
        why = error.strerror or str(error)
        return [Concern(check.name, f"This cannot be looked at: {why}.")]


def _found(parts: Parts, pace: Pace) -> list[Concern]:
    return [one for check in OF_SERVICE if check.pace <= pace for one in looked(check, parts)]


def _worst_first(found: list[Concern]) -> tuple[Concern, ...]:
    return tuple(sorted(found, key=lambda one: -one.weight))
