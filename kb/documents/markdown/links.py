"""Where a link written in a Markdown file leads within the content folder. Pure."""

from __future__ import annotations

import posixpath
import re
from urllib.parse import unquote

from msgspec import Struct

from kb.documents.text.plain_text import anchor, folded

MARKDOWN_SUFFIXES = (".md", ".markdown")
_SCHEME = re.compile(r"[a-zA-Z][a-zA-Z0-9+.-]*:")
_EXTERNAL = re.compile(r"(?:https?://|mailto:|tel:)[^\x00-\x20\x7f]+", re.IGNORECASE)
_INDEXES = ("index.md", "README.md", "readme.md")
_PAGES = (".md", ".html", ".htm")
# Begins a name among the paths that a link may mean: a wiki link's page, or an address that a
# page says it has. No file that is listed is called so.
NAMED = "[["


class Link(Struct, frozen=True):
    """A relative link as written. `line` counts from 1 in the body, or in the file in `Filed`."""

    line: int
    target: str


def wiki_target(written: str) -> str:
    """A wiki link's target, `Page#Heading`, as links are kept; a heading alone is on this page."""
    written = written.strip().removesuffix("\\").strip()
    return written if written.startswith("#") else f"{NAMED}{written}]]"


def is_wiki(target: str) -> bool:
    """Was it written in double brackets?"""
    return target.startswith(NAMED)


def name_key(name: str) -> str:
    """The name of a page as wiki links are looked up by it, in any case and spacing."""
    return NAMED + folded(name.replace("_", " ").replace("-", " "))


def address_key(address: str) -> str:
    """An address that a page says it has, from the top of the site, as links are looked up."""
    return f"{NAMED}/{_site_path(address).casefold()}"


def _site_path(address: str) -> str:
    path, suffix = posixpath.splitext(posixpath.normpath(address.strip().strip("/") or "."))
    path = path if suffix in _PAGES else f"{path}{suffix}"
    return path.removesuffix("/index").removesuffix("/README")


def is_external(target: str) -> bool:
    """A whole address of a kind that is safe to follow."""
    return _EXTERNAL.fullmatch(target) is not None


def is_local(target: str) -> bool:
    """May it lead to a file of the content folder? Not so with a scheme, `//host` or `#here`."""
    return bool(target) and not (
        target.startswith(("#", "//", "?", "\\")) or _SCHEME.match(target) or _templated(target)
    )


def is_promise(target: str) -> bool:
    """Must it lead to a file, or else be called dead? `/site/pages/` of strangers need not."""
    if is_wiki(target):
        return True
    path = _path(target)
    if not is_local(target) or not path:
        return False
    return not path.startswith("/") or path.casefold().endswith(MARKDOWN_SUFFIXES)


def candidates(target: str, base: str) -> tuple[str, ...]:
    """The paths below the content folder that a link in the file `base` may mean, best first.

    `x/` means x/index.md, x/README.md or x.md. In files written for a site whose pages end in a
    slash, `x/` in a/b.md may also mean a/b/x, and so may pictures and other files that are no
    Markdown: `../x.png` is a/x.png there. Last come the names by which a page may be known.
    Empty when it leads out of the folder or nowhere.
    """
    if is_wiki(target):
        return _named(target, base)
    path = _path(target)
    if not is_local(target) or not path or "\\" in path:
        return ()
    stem, suffix = posixpath.splitext(base)
    is_file = suffix.casefold() in MARKDOWN_SUFFIXES
    found = _meant(path, posixpath.dirname(base) if is_file else base)
    if is_file and not path.startswith("/") and not path.casefold().endswith(MARKDOWN_SUFFIXES):
        found += tuple(each for each in _meant(path, stem) if each not in found)
    keys = tuple(address_key(each) for each in found[:1] if _may_be_address(path))
    return found + keys


def _may_be_address(path: str) -> bool:
    return _is_page(path) or path.endswith((".html", ".htm"))


def _named(target: str, base: str) -> tuple[str, ...]:
    """What `[[Page]]` may mean: a file beside this one or from the top, else a page so called."""
    page = target.removeprefix(NAMED).removesuffix("]]").partition("#")[0].strip()
    path = page.removeprefix("/")
    if not path:
        return ()
    file = path if "." in posixpath.basename(path) else f"{path}.md"
    beside = posixpath.normpath(posixpath.join(posixpath.dirname(base), file))
    files = tuple(dict.fromkeys(one for one in (beside, file) if not one.startswith("../")))
    stem = path.removesuffix(".md")
    ids = (page,) if "/" not in page else ()
    return (*files, *ids, name_key(stem), name_key(posixpath.basename(stem)))


def _meant(path: str, folder: str) -> tuple[str, ...]:
    joined = path.lstrip("/") if path.startswith("/") else posixpath.join(folder, path)
    normal = posixpath.normpath(joined) if joined else "."
    if normal == ".." or normal.startswith(("../", "/")):
        return ()
    if normal == ".":
        return _INDEXES
    if not _is_page(path):
        return (normal,)
    inside = tuple(f"{normal}/{name}" for name in _INDEXES)
    return (*inside, f"{normal}.md") if path.endswith("/") else (f"{normal}.md", *inside, normal)


def _is_page(path: str) -> bool:
    """`x/`, `..` and `x` name a page or folder; `x.md` and `x.png` name a file."""
    name = posixpath.basename(path)
    return name in ("", ".", "..") or "." not in name


def fragment(target: str) -> str:
    """The `#heading` of a link, or ""; of a wiki link, by the heading's words."""
    _, mark, name = target.removesuffix("]]" if is_wiki(target) else "").partition("#")
    if is_wiki(target):
        name = anchor(name.rpartition("#")[2])
    return f"#{name}" if mark and name else ""


def _path(target: str) -> str:
    return unquote(re.split(r"[?#]", target, maxsplit=1)[0]).replace("\0", "")


def _templated(target: str) -> bool:
    """An address that another program would have filled in: `{{ site.url }}/x`."""
    return "{{" in target or "{%" in target or "%7B%7B" in target or "%7B%25" in target
