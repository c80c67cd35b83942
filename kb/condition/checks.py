"""The one list of checks: for every page, for whoever watches, and for who looks closely."""

from __future__ import annotations

from kb.condition import service
from kb.condition.concern import Check, Concern, Pace
from kb.parts import Parts

OF_SERVICE: tuple[Check[Parts], ...] = (
    Check("content", Pace.PROBE, service.content),
    Check("database", Pace.PROBE, service.database),
    Check("index", Pace.PAGE, service.index),
    Check("departments.yml, synonyms.yml", Pace.PAGE, service.settings_files),
    Check("worker", Pace.PAGE, service.worker),
    Check("backups", Pace.PAGE, service.backups),
)


def concerns(parts: Parts) -> tuple[Concern, ...]:
    """Those that may be looked for every few seconds, worst first; a statement or two."""
    return _worst_first(_found(parts, Pace.PROBE))


def quick_concerns(parts: Parts) -> tuple[Concern, ...]:
    """Those that are known without asking the database."""
    return _worst_first(_found(parts, Pace.PAGE))


def _found(parts: Parts, pace: Pace) -> list[Concern]:
    return [one for check in OF_SERVICE if check.pace <= pace for one in check.look(parts)]


def _worst_first(found: list[Concern]) -> tuple[Concern, ...]:
    return tuple(sorted(found, key=lambda one: -one.weight))
