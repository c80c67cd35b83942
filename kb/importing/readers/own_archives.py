"""A zip that was taken out here, told from all others and read."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from hashlib import sha256

from kb.exporting.manifest import MANIFEST, Manifest, manifest_from
from kb.importing.readers.packages import damaged
from kb.importing.readers.unreadable import UnreadableFile
from kb.importing.sheets import ReturnedFile, Workbook
from kb.storage.files.library import MAX_BYTES
from kb.zip_damage import ZIP_DAMAGE

LARGEST_UNPACKED = 1_000_000_000  # bytes of all its files
_LARGEST_MANIFEST = 50_000_000


def is_ours(raw: bytes) -> bool:
    """Was this zip taken out of a knowledge base such as this one? Whatever it is, never raises."""
    return raw.startswith(b"PK") and MANIFEST.encode() in raw and _manifest(raw) is not None


def returned(name: str, raw: bytes) -> Workbook:
    """Its files. One that was changed since it was taken out is told by its checksum.

    Raises UnreadableFile.
    """
    manifest = _manifest(raw)
    if manifest is None:
        raise damaged(name)
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            files = tuple(_files(name, archive, manifest))
    except ZIP_DAMAGE as error:
        raise damaged(name) from error
    return Workbook(name, (), (), files)


def _files(name: str, archive: zipfile.ZipFile, manifest: Manifest) -> Iterator[ReturnedFile]:
    entries = [one for one in archive.infolist() if not one.is_dir() and one.filename != MANIFEST]
    if sum(one.file_size for one in entries) > LARGEST_UNPACKED:
        most = LARGEST_UNPACKED // 1_000_000
        raise UnreadableFile(f"{name} unpacks to more than {most} MB: take out departments apart.")
    known = {one.path: one for one in manifest.files}
    for entry in entries:
        if entry.file_size > MAX_BYTES:
            raise UnreadableFile(
                f"{entry.filename} in {name} is larger than {MAX_BYTES // 1_000_000} MB: no file "
                "of a knowledge base is."
            )
        raw, told = archive.read(entry), known.get(entry.filename)
        untouched = told is not None and told.sha256 == sha256(raw).hexdigest()
        yield ReturnedFile(entry.filename, raw, told.blob if told else "", untouched)


def _manifest(raw: bytes) -> Manifest | None:
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            if archive.getinfo(MANIFEST).file_size > _LARGEST_MANIFEST:
                return None
            return manifest_from(archive.read(MANIFEST))
    except ZIP_DAMAGE:
        return None
