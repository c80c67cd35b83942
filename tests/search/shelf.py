"""Entries for the tests of the search, made in one line each."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from kb.procedures.model import Entry, Keyword, Procedure, Section, Status
from kb.procedures.visibility import Reader
from kb.search.index.index import Index
from kb.search.results import Results
from kb.search.searcher import Searcher

TODAY = date(2026, 11, 22)
REP = Reader()


def entry(
    id: str,
    title: str,
    *texts: str,
    keywords: tuple[str, ...] = (),
    department: str = "shipping",
    status: Status = Status.PUBLISHED,
    owner: str | None = "dana.reyes@northwind.example",
    fingerprint: str = "1",
) -> Entry:
    """A procedure whose texts are "Heading: what stands below it"."""
    sections = []
    for text in texts:
        heading, colon, below = text.partition(": ")
        heading, below = (heading, below) if colon else ("", text)
        sections.append(Section(heading.lower().replace(" ", "-"), heading, below))
    procedure = Procedure(
        id=id,
        title=title,
        path=f"{department}/{id}.md",
        version="0" * 12,
        department=department,
        keywords=tuple(map(Keyword, keywords)),
        owner=owner,
        status=status,
        reviewed=date(2026, 1, 2),
        review_every=180,
    )
    return Entry(procedure, tuple(sections), fingerprint)


def nothing(_done: int) -> None:
    """For who does not care about progress."""


def searcher(folder: Path, *entries: Entry, language: str = "english") -> Searcher:
    """A searcher over an index of just these."""
    index = Index(folder / "search_index", language)
    index.rebuild(entries, nothing)
    return Searcher(index)


def ids(results: Results) -> list[str]:
    """The ids of the hits, best first."""
    return [hit.id for hit in results.hits]


LATE = entry(
    "SHP-014",
    "Complaint: Late Shipment",
    "When to use this: The customer says the parcel has not arrived on the promised day.",
    "Steps: Open the order and read the last carrier scan. After 5 days the parcel is lost.",
    "What to say: I am sorry that your parcel is late.",
    keywords=("Complaint: Late Shipment", "where is my parcel"),
)
DAMAGED = entry(
    "SHP-020",
    "Parcel arrived damaged",
    "Steps: Ask for photographs of the box. Offer a replacement or a refund.",
    keywords=("Complaint: Damaged",),
)
REFUND = entry(
    "BIL-001",
    "Refund to a card",
    "Steps: Check the payment. A refund takes three working days.",
    "Other accepted methods: Store credit by e-mail.",
    keywords=("Payment: Refund",),
    department="billing",
    owner="ola.berg@northwind.example",
)
SETUP = entry(
    "TEC-003", "Set up a sports watch", "Steps: Charge it, then pair it.", department="technical"
)
DRAFT = entry(
    "SHP-099",
    "Zeppelin freight",
    "Steps: Load the zeppelin with the parcel.",
    keywords=("Freight: Zeppelin",),
    status=Status.DRAFT,
)
RETIRED = entry("SHP-001", "Telegram tracking", "Steps: Send a telegram.", status=Status.RETIRED)
SHELF = (LATE, DAMAGED, REFUND, SETUP, DRAFT, RETIRED)
