"""An inbox over an empty database, two reps who report and two who answer."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, insert

from kb.database import metadata, people
from kb.feedback.model import Route
from kb.feedback.sql.inbox import Inbox
from kb.procedures.model import UNASSIGNED, Department, Procedure
from tests import databases

NOW = datetime(2026, 11, 22, 9, 0, tzinfo=UTC)
LATE = Procedure(
    id="SHP-014",
    title="Complaint: Late Shipment",
    path="shipping/late.md",
    version="0123456789ab",
    department="shipping",
)


@dataclass(frozen=True)
class Member:
    """As much of a person as the inbox needs to know."""

    id: int
    departments: frozenset[str] = frozenset()


HOURS = timedelta(hours=8)
SHIPPING = Route(Department("shipping", "Shipping", answer_within=HOURS), (3,), frozenset({3}))
BILLING = Route(Department("billing", "Billing", answer_within=HOURS), (4,), frozenset({4}))
NOBODYS = Route(Department(UNASSIGNED, "The administrators", answer_within=HOURS))
ANA, BEN = Member(1), Member(2)
DANA = Member(3, frozenset({"shipping"}))
OLA = Member(4, frozenset({"billing"}))


def with_people(engine: Engine) -> Engine:
    """Ana, Ben, Dana and Ola as rows 1 to 4."""
    metadata.create_all(engine)
    rows = [
        {
            "email": f"{name}@kb.example",
            "name": name.title(),
            "sort_name": name,
            "password": "-",
            "created_at": NOW,
        }
        for name in ("ana", "ben", "dana", "ola")
    ]
    with engine.begin() as connection:
        connection.execute(insert(people), rows)
    return engine


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    engine = with_people(databases.fresh(tmp_path))
    yield engine
    engine.dispose()
    databases.dropped(tmp_path)


@pytest.fixture
def inbox(engine: Engine) -> Inbox:
    return Inbox(engine)
