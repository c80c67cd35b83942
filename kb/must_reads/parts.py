"""What must be read, as one part of the whole."""

from __future__ import annotations

from collections.abc import Callable

from kb.catalogue.sql.catalogue import Catalogue
from kb.database import Engine
from kb.must_reads.asking import Asking
from kb.must_reads.sql.must_reads import MustReads
from kb.notices.sql.reminders import Reminders
from kb.people.sql.receivers import Receivers
from kb.procedures.model import Departments


def build(
    engine: Engine,
    catalogue: Catalogue,
    receivers: Receivers,
    departments: Callable[[], Departments],
    reminders: Reminders,
) -> Asking:
    """The must-reads of that database."""
    return Asking(MustReads(engine), reminders, receivers, catalogue, departments)
