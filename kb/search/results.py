"""What a search answers: results, hits, facets and the parts of a score. Plain values."""

from __future__ import annotations

import posixpath
from datetime import date

from msgspec import Struct

from kb import page_addresses
from kb.procedures.model import Status


class Fragment(Struct, frozen=True):
    """A stretch of a snippet's plain text; `marked` where it matched the query."""

    text: str
    marked: bool


class IndexedProcedure(Struct, frozen=True):
    """What the index knows of a procedure by heart, the same for every search.

    `changed_since` its review: the index does not know, and whoever does may say so.
    """

    id: str
    title: str
    path: str
    department: str
    owner: str | None
    keywords: tuple[str, ...]
    reviewed: date | None
    due: date | None
    status: Status
    changed_since: bool = False


class AttachedPlace(Struct, frozen=True):
    """Where in a file beside the procedure it was found; `where` as in "page 3"."""

    path: str
    where: str
    fragment: str

    @property
    def name(self) -> str:
        """The file's own name."""
        return posixpath.basename(self.path)

    def as_json(self, root: str = "") -> dict[str, str]:
        """As the API of a site below `root` tells it."""
        opens = page_addresses.file(self.path, self.fragment)
        return {"file": self.path, "where": self.where, "url": f"{root}{opens}"}


class Hit(Struct, frozen=True):
    """One procedure found. `anchor` and `heading` name its best section ("" = before any heading).

    `step` names the step in it, where the sentence stands in one.
    `score` is at least 0 and comparable only within one search. `snippet` is the sentence that
    answers, word for word, and `kind` that of its section; `why` says where the words stand.
    Where they stand in a file beside it rather than in its text, `attached` says where.
    """

    found: IndexedProcedure
    overdue: bool
    score: float
    anchor: str
    heading: str
    snippet: tuple[Fragment, ...]
    attached: AttachedPlace | None = None
    kind: str = "text"
    why: tuple[str, ...] = ()
    step: str = ""

    @property
    def place(self) -> str:
        """The name on its page that leads to the sentence: its step's, else its section's."""
        return self.step or self.anchor

    @property
    def step_number(self) -> str:
        """ "3" of a step or of what stands within it; "" for none."""
        return self.step.rpartition("step-")[2].partition("-")[0]

    @property
    def id(self) -> str:
        """The procedure's id."""
        return self.found.id

    @property
    def title(self) -> str:
        """The procedure's title."""
        return self.found.title

    @property
    def department(self) -> str:
        """The id of the department that owns it."""
        return self.found.department

    @property
    def owner(self) -> str | None:
        """The e-mail address of its owner."""
        return self.found.owner

    def as_json(self, root: str = "") -> dict[str, object]:
        """The hit as the API of a site below `root` and `kb search --json` tell it."""
        return {
            "id": self.id,
            "title": self.title,
            "department": self.department,
            "owner": self.owner,
            "url": f"{root}{page_addresses.procedure(self.id)}",
            "score": self.score,
            "section": self.heading,
            "attachment": self.attached and self.attached.as_json(root),
            "snippet": "".join(fragment.text for fragment in self.snippet),
            "reviewed": self.found.reviewed.isoformat() if self.found.reviewed else None,
            "overdue": self.overdue,
        }


class Facet(Struct, frozen=True):
    """A department id or keyword category (as it is shown) and how many matches have it."""

    value: str
    count: int


class Results(Struct, frozen=True):
    """The answer to one search; every number in it counts only what the reader may find.

    `convincing` is False when no hit is good enough to stand behind. `missing` are the
    words that no procedure has. `opens` is the id that was typed in, where it is one. `total`
    counts all matches, `near` those before the score falls off, `hits` holds those from `offset`
    on.
    """

    query: str
    total: int = 0
    hits: tuple[Hit, ...] = ()
    departments: tuple[Facet, ...] = ()
    categories: tuple[Facet, ...] = ()
    did_you_mean: str | None = None
    likely_department: str | None = None
    convincing: bool = False
    near: int = 0
    missing: tuple[str, ...] = ()
    opens: str | None = None
    took_ms: float = 0.0
    offset: int = 0
    limit: int = 10

    def as_json(self, root: str = "") -> dict[str, object]:
        """The answer of GET /api/v1/search, of a site below `root`, and of `kb search --json`."""
        return {
            "query": self.query,
            "total": self.total,
            "took_ms": round(self.took_ms, 2),
            "did_you_mean": self.did_you_mean,
            "hits": [hit.as_json(root) for hit in self.hits],
        }


class Glance(Struct, frozen=True):
    """The best hits, best first, and the stems that were looked for.

    The rest is as in Results; `score` is that of the best hit, 0 without one, and `fit` how well it
    fits (kb.search.ranking.threshold).
    """

    hits: tuple[IndexedProcedure, ...]
    wanted: frozenset[str]
    total: int
    convincing: bool
    fit: float
    score: float
    likely_department: str | None
    took_ms: float


class Reach(Struct, frozen=True):
    """How far a question gets: how well its best hit fits, which that is ("" for none), and the
    scores of the best hits by id."""

    fit: float
    best: str
    scores: dict[str, float]


class ScorePart(Struct, frozen=True):
    """One part of a score (kb.search.ranking.fusion.PARTS) and what it adds to the sum."""

    name: str
    adds: float


class Explained(Struct, frozen=True):
    """Why a hit stands where it stands: the parts whose `adds` sum to `score`."""

    id: str
    title: str
    score: float
    parts: tuple[ScorePart, ...]


class Explanation(Struct, frozen=True):
    """A search taken apart: the words as understood (word, weight, why) and each hit's score."""

    query: str
    words: tuple[tuple[str, float, str], ...]
    hits: tuple[Explained, ...]
