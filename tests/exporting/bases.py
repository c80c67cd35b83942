"""A base of odd files, and a second one into which it may come back."""

from __future__ import annotations

from pathlib import Path

from kb.app import build
from kb.exporting.making import ExportForm
from kb.exporting.selecting import Scope
from kb.importing.first_guess import guess
from kb.importing.opening import opened
from kb.importing.permits import Permit, everything
from kb.importing.proposed import ImportPreview
from kb.parts import Parts
from kb.procedures.visibility import Reader
from kb.publishing.batches import Batch
from kb.publishing.edits import Author
from tests import databases
from tests.conftest import NOW

JO = Author("Jo", "jo@kb.example")
PICTURE = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
ODD = {
    "shipping/crlf.md": b"---\r\nid: SHP-101\r\ntitle: CR\r\n---\r\n\r\nOne.\r\n\r\n1. Two\r\n",
    "shipping/marked.md": b"\xef\xbb\xbf---\nid: SHP-102\ntitle: Marked\n---\nText\n",
    "shipping/no-end.md": b"---\nid: SHP-103\ntitle: Cut off\n---\nNo line end",
    "shipping/mixed.md": b"---\nid: SHP-104\ntitle: Mixed\n---\nOne\r\nTwo\rThree\n\n\n",
    "billing/toml.md": b"+++\ntitle = 'Hugo'\ndraft = true\ntags = ['a', 'b']\n+++\n\nText\n",
    "billing/foreign.md": b"---\nlayout: page\ntags: [x, y]\naliases:\n  - Old\n---\n# A\n\nB\n",
    "billing/bare.md": "Kein Kopf, nur Text: Größe 42, „so“.\n".encode(),
    "billing/broken.md": b"---\ntitle: [never\nid: BIL-104\n---\nText\n",
    "billing/latin.md": "---\ntitle: R\xfcckversand\n---\nF\xfcr alle.\n".encode("cp1252"),
    "billing/wide.md": "---\ntitle: Wide\n---\nText\n".encode("utf-16"),
    "billing/empty.md": b"",
    "billing/twin.md": b"---\nid: SHP-101\ntitle: The same id\n---\nText\n",
    "billing/nul.md": b"---\nid: BIL-107\ntitle: Zero\n---\nA\0B\n",
    "billing/marks.md": b"---\nid: BIL-108\ntitle: M\n---\n<<<<<<< a\nx\n=======\ny\n>>>>>>> b\n",
    "Öffnungszeiten/日本 Ø.markdown": "---\ntitle: 荷物\n---\n本文\n".encode(),
    "shipping/label.png": PICTURE,
    "shipping/rates.csv": b"a;b\r\n1;2\r\n",
    "shipping/Ablauf für alle.pdf": b"%PDF-1.4\n\xff\n",
    "shipping/_templates/claim.md": b"---\ntitle: Claim\n---\n\nWhat happened?\n",
    "_templates/steps.md": b"## Steps\n\n1. First\n",
    "synonyms.yml": b"# ours\n- [parcel, package]\n",
}


def write(home: Path, files: dict[str, bytes]) -> None:
    for path, raw in files.items():
        file = home / "content" / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(raw)


def refreshed(parts: Parts) -> Parts:
    parts.publishing.publisher.refresh(NOW.date())
    return parts


def empty_base(home: Path) -> Parts:
    """Nothing is in its content folder."""
    (home / "content").mkdir(parents=True)
    return build(databases.load({}, home))


def files_of(parts: Parts) -> dict[str, bytes]:
    """Every file of its content folder."""
    root = parts.settings.content
    found = sorted(file for file in root.rglob("*") if file.is_file())
    return {file.relative_to(root).as_posix(): file.read_bytes() for file in found}


def whole(parts: Parts, department: str = "") -> Scope:
    """For whoever has the machine."""
    known = {*parts.publishing.departments().by_id, "unassigned"}
    return Scope(Reader(frozenset(known)), department, whole=True)


def taken_out(parts: Parts, form: ExportForm, scope: Scope | None = None) -> bytes:
    target = parts.settings.home / f"out.{form}"
    parts.exporting.making.make(form, scope or whole(parts), target, NOW, lambda done, total: None)
    return target.read_bytes()


def seen(parts: Parts, name: str, raw: bytes, permit: Permit | None = None) -> ImportPreview:
    """What would be of a file that comes in."""
    workbook = opened(name, raw)
    permit = permit or everything(parts.publishing.departments())
    return parts.importing.preview(workbook, guess(workbook), permit, NOW.date())


def brought_in(
    parts: Parts, preview: ImportPreview, permit: Permit | None = None, minutes: int = 0
) -> Batch:
    permit = permit or everything(parts.publishing.departments())
    at = NOW.replace(minute=minutes)
    done = parts.importing.bringing_in.bring_in(preview, permit, JO, at)
    assert isinstance(done, Batch), done
    assert done.skipped == {}
    return done
