"""Files beside the procedures that nobody reads: named once a kind, with what to do."""

from __future__ import annotations

import posixpath
from collections import defaultdict
from collections.abc import Collection, Iterator

from kb.documents.sync_copies import copy_fault, original_of
from kb.procedures.model import Fault, Severity
from kb.storage.files.library import Library

_KINDS = {
    "Word": (".docx", ".doc", ".rtf", ".dotx"),
    "Excel": (".xlsx", ".xls", ".xlsm", ".xlsb"),
    "table": (".csv", ".tsv"),
    "PowerPoint": (".pptx", ".ppt"),
    "OpenDocument": (".odt", ".ods", ".odp"),
    "PDF": (".pdf",),
    "web": (".html", ".htm", ".mhtml"),
    "text": (".txt", ".rst", ".adoc", ".org", ".mdx", ".textile", ".wiki"),
    "mail": (".eml", ".msg"),
    "Pages": (".pages", ".numbers", ".key"),
    "archive": (".zip", ".7z", ".rar", ".tar", ".gz"),
}
_KIND_OF = {suffix: kind for kind, suffixes in _KINDS.items() for suffix in suffixes}
_REMEDY = "link to it from a procedure, or turn it into Markdown (pandoc does many kinds)"
# What `kb import` reads. Others of their kinds are told the same: it says what to save them as.
_BRINGS_IN = frozenset({"Excel", "table", "OpenDocument"})
_IMPORT = (
    'bring in what it says with "kb import", or on the page of New procedure; or link to it from'
    " a procedure"
)
_POINTER = b"version https://git-lfs.github.com/spec/"
_POINTER_SIZE = range(100, 400)  # bytes


def unread_files(library: Library, shown: Collection[str]) -> list[Fault]:
    """The files that nobody reads, once a kind; `shown` are those that a procedure links to."""
    unread: dict[str, list[str]] = defaultdict(list)
    for path in sorted(library.everything()):
        kind = _KIND_OF.get(posixpath.splitext(path)[1].casefold())
        if kind and path not in shown:
            unread[kind].append(path)
    return [_unread(kind, paths) for kind, paths in sorted(unread.items())]


def other_faults(library: Library, shown: Collection[str]) -> Iterator[Fault]:
    """What is wrong with the files that are no procedures; `shown` are those that one links to."""
    every = set(library.everything())
    for path in sorted(every):
        if path.casefold().endswith((".md", ".markdown")):
            continue  # told with the procedures
        if _is_pointer(library, path):
            message = "this is a pointer of Git LFS, and the file is not here"
            yield Fault(path, 1, "lfs-pointer", message, 'fetch it with "git lfs pull"')
        if original_of(path) in every:
            yield copy_fault(path)
    yield from unread_files(library, shown)


def _unread(kind: str, paths: list[str]) -> Fault:
    others = f" and {len(paths) - 1} more" if len(paths) > 1 else ""
    files = "file is" if len(paths) == 1 else "files are"
    message = f"{len(paths)} {kind} {files} not searched, as nothing links there: this one{others}"
    remedy = _IMPORT if kind in _BRINGS_IN else _REMEDY
    return Fault(paths[0], 1, "unread-file", message, remedy, Severity.WARNING)


def _is_pointer(library: Library, path: str) -> bool:
    try:
        size = (library.root / path).stat().st_size
        return size in _POINTER_SIZE and library.read_any(path).startswith(_POINTER)
    except OSError:
        return False
