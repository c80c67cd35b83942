"""What stands in an export's zip beside its files: which they are, with checksums. Pure."""

from __future__ import annotations

import msgspec
from msgspec import Struct

MANIFEST = "kb-export.json"


class ManifestEntry(Struct, frozen=True):
    """One file. `sha256` is of its bytes; `blob` is what git calls them."""

    path: str
    sha256: str
    blob: str


class Manifest(Struct, frozen=True):
    """All files of one export, but for itself. `made` is a moment in UTC."""

    format: int
    site: str
    department: str
    made: str
    files: tuple[ManifestEntry, ...]

    def json(self) -> bytes:
        """As people can read it."""
        return msgspec.json.format(msgspec.json.encode(self), indent=1)


def manifest_from(raw: bytes) -> Manifest | None:
    """None where it is no manifest of ours."""
    try:
        return msgspec.json.decode(raw, type=Manifest)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return None
