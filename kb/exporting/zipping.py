"""A zip of Markdown: the files as they are, and a manifest by which they come back the same."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from msgspec import Struct

from kb.documents.text.plain_text import blob_name
from kb.exporting.manifest import MANIFEST, Manifest, ManifestEntry
from kb.exporting.selecting import OutgoingFile, Scope, Selecting
from kb.procedures.model import Departments

# Is told how many are done, and of how many.
Progress = Callable[[int, int], None]
FORMAT = 1


class Zipping(Struct, frozen=True):
    """Writes the zip. `site` is what this knowledge base is called."""

    selecting: Selecting
    departments: Callable[[], Departments]
    site: str

    def write(self, target: Path, scope: Scope, now: datetime, progress: Progress) -> int:
        """All files of the scope; returns how many. Raises OSError."""
        entries: list[ManifestEntry] = []
        with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
            for file in self._files(scope, progress):
                archive.writestr(_entry(file.path, now), file.raw)
                entries.append(
                    ManifestEntry(file.path, sha256(file.raw).hexdigest(), blob_name(file.raw))
                )
            made = now.isoformat(timespec="seconds")
            manifest = Manifest(FORMAT, self.site, scope.department, made, tuple(entries))
            archive.writestr(_entry(MANIFEST, now), manifest.json())
        return len(entries)

    def _files(self, scope: Scope, progress: Progress) -> Iterator[OutgoingFile]:
        yield from self.selecting.settings(scope, self.departments())
        paths = self.selecting.paths(scope)
        for done, path in enumerate(paths, 1):
            if (file := self.selecting.file(path)) is not None:
                yield file
            progress(done, len(paths))


def _entry(path: str, now: datetime) -> zipfile.ZipInfo:
    found = zipfile.ZipInfo(path, now.timetuple()[:6])
    found.compress_type = zipfile.ZIP_DEFLATED
    found.external_attr = 0o644 << 16
    return found
