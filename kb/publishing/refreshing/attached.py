"""What the files beside procedures say, brought together with these for the index."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from hashlib import sha256

from msgspec import Struct
from msgspec.structs import replace

from kb.catalogue.listings import Stamp
from kb.catalogue.sql.attached_files import AttachedFiles
from kb.documents.reading import Filed
from kb.procedures.model import Entry, Fault
from kb.search.index.attached_texts import READING, AttachedFile, AttachedTexts

# Path of a procedure → the files beside it whose texts are at hand.
Shown = Mapping[str, tuple[AttachedFile, ...]]


class Attached(Struct, frozen=True):
    """The files that were read (kb/attachments/ does), and their texts."""

    files: AttachedFiles
    texts: AttachedTexts

    def shown_by(self, paths: Collection[str] | None = None) -> Shown:
        """Of all procedures that show any, or of those at some paths."""
        found = ((path, self._at_hand(some)) for path, some in self.files.shown_by(paths).items())
        return {path: some for path, some in found if some}

    def entry(self, filed: Filed) -> Entry:
        """What search needs of a text that may not be saved yet."""
        shown = self._at_hand(self.files.linked(filed.procedure.path, filed.files))
        return replace(filed.entry, attached=self.texts.of(shown)) if shown else filed.entry

    def faults(self) -> Iterator[Fault]:
        """The files that are not searched, each where it is linked to."""
        return (one.fault for one in self.files.unsearched())

    def _at_hand(self, files: Collection[AttachedFile]) -> tuple[AttachedFile, ...]:
        return tuple((file, digest) for file, digest in files if self.texts.has(digest))


def marked(stamps: Mapping[str, Stamp], shown: Shown) -> dict[str, Stamp]:
    """The stamps with fingerprints that change whenever a text beside does."""
    found = dict(stamps)
    for path in shown.keys() & found.keys():
        said = f"{found[path].fingerprint} {READING} {shown[path]!r}"
        found[path] = replace(found[path], fingerprint=sha256(said.encode()).hexdigest())
    return found
