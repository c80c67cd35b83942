"""What must be read, as one part of the whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from kb.catalogue.sql.catalogue import Catalogue
from kb.database import Engine
from kb.must_reads.asking import Asking
from kb.must_reads.keeping import Keeping
from kb.must_reads.sql.must_reads import MustReads
from kb.must_reads.sql.standing_must_reads import StandingMustReads
from kb.notices.sql.reminders import Reminders
from kb.people.sql.receivers import Receivers
from kb.procedures.model import Departments


def build(
    engine: Engine,
    catalogue: Catalogue,
    receivers: Receivers,
    departments: Callable[[], Departments],
    reminders: Reminders,
    told_when: Callable[[Sequence[str], datetime], dict[str, datetime]],
) -> Asking:
    """The must-reads of that database."""
    keeping = Keeping(StandingMustReads(engine), reminders, receivers, departments, told_when)
    return Asking(MustReads(engine), reminders, receivers, catalogue, departments, keeping)
