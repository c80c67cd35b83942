"""What would become of each procedure of a file. Values that pages and commands show."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from msgspec import Struct

from kb.importing.drafting import DraftedProcedure
from kb.importing.guessing.personal_data import PersonalData
from kb.importing.mapping import FileMapping
from kb.importing.rows.reading import LeftOut
from kb.importing.rows.teams import SeveralTeams
from kb.procedures.model import Fault, Procedure
from kb.publishing.batches import FileEdit
from kb.publishing.edits import Clash
from kb.storage.files.library import is_template


class Fate(StrEnum):
    """What becomes of a procedure."""

    NEW = "new"
    UPDATED = "updated"
    MERGED = "put together"
    UNCHANGED = "unchanged"
    CONFLICT = "conflict"
    LEFT = "left out"


WRITTEN = (Fate.NEW, Fate.UPDATED, Fate.MERGED)


class NearProcedure(Struct, frozen=True):
    """What a new one is nearly: a procedure by its id, or another of the same file."""

    title: str
    id: str | None = None


class ProposedFile(Struct, frozen=True):
    """One procedure to be. `base` and `text` are what the row made last time and makes now.

    `present` is the file now. `why` says why it is left out; `clash` is set for a conflict. `made`
    is what the row makes where `text` is another: the outcome of a conflict. `attached` are the
    files beside it, by their paths.
    """

    drafted: DraftedProcedure
    fate: Fate
    procedure: Procedure
    base: bytes
    text: bytes
    present: bytes = b""
    why: str = ""
    clash: Clash | None = None
    remarks: tuple[str, ...] = ()
    faults: tuple[Fault, ...] = ()
    near: NearProcedure | None = None
    personal: PersonalData = PersonalData()
    made: bytes = b""
    attached: Mapping[str, bytes] = {}
    as_it_was: bool = False  # it stood so in a base that it was taken out of

    @property
    def of_the_row(self) -> bytes:
        """What the row makes now, whatever that is joined with."""
        return self.made or self.text


class ImportPreview(Struct, frozen=True):
    """All of it. `teams` counts the rows of each team that is no department here.

    `gone` are procedures whose row is not there any more.
    """

    mapping: FileMapping
    files: tuple[ProposedFile, ...]
    left_out: tuple[LeftOut, ...]
    noticed: tuple[str, ...]
    teams: Mapping[str, int]
    gone: tuple[Procedure, ...]
    personal: PersonalData
    several: Mapping[str, SeveralTeams] = {}  # by what the cell says
    beside: tuple[FileEdit, ...] = ()  # what is written with them, and is no procedure

    def of(self, *fates: Fate) -> tuple[ProposedFile, ...]:
        """Those of these fates."""
        return tuple(one for one in self.files if one.fate in fates)

    @property
    def templates(self) -> tuple[str, ...]:
        """The paths of those that come with them. They have no versions: undoing leaves them."""
        return tuple(one.path for one in self.beside if is_template(one.path))

    @property
    def written(self) -> tuple[ProposedFile, ...]:
        """Those that are written when it is done."""
        return self.of(*WRITTEN)
