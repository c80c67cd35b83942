"""Whether kb can write to the git repository that content/ is, as git itself would.

Where it cannot, kb keeps the history in a repository of its own, as for a folder without git, and
leaves committing in content/ to people: nothing is refused, and nothing is committed by mistake.
"""

from __future__ import annotations

import fnmatch
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pygit2

_KNOWN = frozenset(
    {"objectformat", "worktreeconfig", "noop", "preciousobjects", "relativeworktrees"}
)
_FILTERS = ("filter=", "working-tree-encoding=", "ident", "eol=crlf")
_NAMES = ("x.md", "x.markdown", "departments.yml", "synonyms.yml")  # what kb writes
_LEVELS = (".gitattributes", "*/.gitattributes", "*/*/.gitattributes")


def unsuited(content: Path) -> str | None:
    """What kb cannot do with the repository, in words; None where all is well or there is none."""
    if not (content / ".git").exists():
        return None
    return _reason(content, _stamps(content))


def git_homes(content: Path) -> tuple[Path, Path]:
    """Where the index is, and where configuration and objects are: apart in a linked tree."""
    home = content / ".git"
    if home.is_file():
        written = home.read_text(encoding="utf-8", errors="replace").partition("gitdir:")[2]
        home = (content / written.strip()).resolve()
    try:
        common = (home / "commondir").read_text(encoding="utf-8").strip()
    except OSError:
        return home, home
    return home, (home / common).resolve()


def _stamps(content: Path) -> tuple[tuple[str, int, int], ...]:
    """Other ones when an answer may be another."""
    told = []
    for file in (*_files(content), content / ".git"):
        try:
            stat = file.stat()
        except OSError:
            continue
        told.append((str(file), stat.st_mtime_ns, stat.st_size if file.is_file() else 0))
    return tuple(told)


def _files(content: Path) -> Iterator[Path]:
    home, common = git_homes(content)
    yield from (common / "config", home / "config.worktree", common / "info" / "attributes")
    yield from _attributes(content)


def _attributes(content: Path) -> Iterator[Path]:
    for level in _LEVELS:
        yield from content.glob(level)


@lru_cache(maxsize=16)
def _reason(content: Path, stamps: tuple[tuple[str, int, int], ...]) -> str | None:
    home, common = git_homes(content)
    said = _configuration(home, common)
    return _unknown_format(said, home) or _rewritten(content, common, said)


def _configuration(home: Path, common: Path) -> dict[str, str]:
    """All that is set for the repository, for the account and for the machine."""
    said: dict[str, str] = {}
    for find in (pygit2.Config.get_system_config, pygit2.Config.get_global_config):
        try:
            said |= {entry.name.casefold(): str(entry.value) for entry in find()}
        except (OSError, KeyError, pygit2.GitError):
            continue  # there is none
    for file in (common / "config", home / "config.worktree"):
        if file.is_file():
            try:
                written = pygit2.Config(str(file))
                said |= {entry.name.casefold(): str(entry.value) for entry in written}
            except (OSError, ValueError, pygit2.GitError):
                continue  # whoever opens the repository will say so
    return said


def _unknown_format(said: dict[str, str], home: Path) -> str | None:
    if said.get("extensions.objectformat", "sha1") != "sha1":
        return "it names versions by SHA-256"
    if said.get("extensions.partialclone") or _yes(said, "remote.origin.promisor"):
        return "it is a partial clone, which lacks older texts"
    extensions = (name.partition(".")[2] for name in said if name.startswith("extensions."))
    unknown = next((name for name in extensions if name not in _KNOWN), None)
    if unknown:
        return f"it uses git's extension {unknown}"
    if _yes(said, "core.splitindex") or any(home.glob("sharedindex.*")):
        return "its index is split"
    return "its index is sparse" if _yes(said, "index.sparse") else None


def _rewritten(content: Path, common: Path, said: dict[str, str]) -> str | None:
    """Would git write other bytes to disk than into the history?"""
    if _yes(said, "core.autocrlf"):
        return "git changes line ends there (core.autocrlf)"
    for file in (common / "info" / "attributes", *_attributes(content)):
        try:
            lines = file.read_text(encoding="utf-8", errors="replace").splitlines()
        except OSError:
            continue
        for line in lines:
            found = _filter_for_texts(line)
            if found:
                return f"git rewrites its files ({found} in {file.name})"
    return None


def _filter_for_texts(line: str) -> str | None:
    pattern, *words = line.split() or [""]
    name = pattern.strip('"').rpartition("/")[2]
    if pattern.startswith("#") or not any(fnmatch.fnmatch(one, name) for one in _NAMES):
        return None
    return next((word for word in words if word.startswith(_FILTERS)), None)


def _yes(said: dict[str, str], name: str) -> bool:
    return said.get(name, "").casefold() in ("true", "yes", "on", "1")
