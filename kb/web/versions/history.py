"""What a procedure said before, who changed it and why, and what the site had at a time."""

from __future__ import annotations

import re
from datetime import UTC, datetime

from flask import Blueprint, abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from msgspec import Struct

from kb.documents.document import decoded, parse
from kb.documents.markdown.rendering import Renderer
from kb.procedures.model import Procedure
from kb.versions.authorship import AuthoredLines, passages
from kb.versions.differences import Difference, Unit, difference, lines
from kb.versions.page_blocks import blocks
from kb.versions.sql.versions import Version
from kb.web.documents.rendered import Text, text_of_bytes
from kb.web.feedback import service_figures
from kb.web.site import access, clock
from kb.web.site.access import readable_or_404
from kb.web.site.pages import Pages, departments, here, page_number, parts

blueprint = Blueprint("history", __name__)
PER_PAGE = 30
AS_OF_PER_PAGE = 100
# So many versions, and so many bytes of them, are looked through for who wrote what.
_MOST_VERSIONS = 400
_MOST_BYTES = 16_000_000
_LONGEST_PAGE = 300_000  # bytes; of longer ones only the source is compared
_MOST_PASSAGES = 2_000  # on a page
_COMMIT = re.compile(r"[0-9a-f]{7,64}")


class ComparisonMode(Struct, frozen=True):
    """How two versions are compared: of the "page" or the "source", "inline" or by "side"."""

    of: str
    view: str
    whole: bool


def latest(procedure: Procedure) -> dict[str, Version | None]:
    """What `changes` of procedures/_article.html shows: the version read, for who is signed in."""
    known = None
    if access.person() is not None:
        known = parts().versions.newest(procedure, access.reader())
    return {"latest": known if known and known.version == procedure.version else None}


@blueprint.get("/procedures/<path:procedure_id>/history")
def listing(procedure_id: str) -> ResponseReturnValue:
    """Its versions, newest first; with ?as_of=, the way to the one that was read at that time."""
    procedure = readable_or_404(procedure_id).procedure
    told, status = "", 200
    if request.args.get("as_of"):
        at = moment_asked("as_of")
        then = at and parts().versions.as_of(procedure, at, access.reader())
        if at and then and then.blob:
            return redirect(_address(procedure, then, request.args["as_of"]))
        told = _nothing_then(at)
        status = 200 if at else 400
    found = parts().versions.of(procedure, access.reader(), page_number(), PER_PAGE)
    pages = Pages(page_number(), PER_PAGE, found.total)
    if pages.number > pages.last:
        return redirect(here(page=pages.last))
    newest = parts().versions.newest(procedure, access.reader())
    page = render_template(
        "versions/listing.html",
        procedure=procedure,
        versions=found.versions,
        pages=pages,
        newest=newest,
        unknown=newest is not None and newest.version != procedure.version,
        told=told,
        **service_figures.thanks_for(procedure),
    )
    return page, status


@blueprint.get("/procedures/<path:procedure_id>/versions/<commit>")
def version(procedure_id: str, commit: str) -> ResponseReturnValue:
    """The procedure as it read then; ?show=source for its source."""
    procedure = readable_or_404(procedure_id).procedure
    return version_page(procedure, version_or_404(procedure, commit))


@blueprint.get("/procedures/<path:procedure_id>/differences")
def differences(procedure_id: str) -> ResponseReturnValue:
    """Two versions against each other; by default the newest and the one before."""
    procedure = readable_or_404(procedure_id).procedure
    old, new = _compared_or_404(procedure)
    texts = _raw(old), _raw(new)
    too_long = any(raw is not None and len(raw) > _LONGEST_PAGE for raw in texts)
    choice = ComparisonMode(
        of="source" if too_long or request.args.get("of") == "source" else "page",
        view="side" if request.args.get("view") == "side" else "inline",
        whole=request.args.get("whole") == "1",
    )
    return render_template(
        "versions/differences.html",
        procedure=procedure,
        old=old,
        new=new,
        choice=choice,
        found=_difference(old, new, texts, choice),
        identical=texts[0] == texts[1],
        too_long=too_long,
    )


@blueprint.get("/procedures/<path:procedure_id>/authors")
def authors(procedure_id: str) -> ResponseReturnValue:
    """Who wrote which passage of the newest version."""
    procedure = readable_or_404(procedure_id).procedure
    known = parts().versions.oldest_first(procedure, access.reader(), _MOST_VERSIONS + 1)
    if not known:
        abort(404)
    found = _passages(known)
    return render_template(
        "versions/authors.html",
        procedure=procedure,
        newest=known[-1],
        passages=found[:_MOST_PASSAGES],
        cut=len(found) > _MOST_PASSAGES,
    )


@blueprint.get("/as-of")
def as_of() -> ResponseReturnValue:
    """What reps read at a time: all procedures that were published then."""
    at, asked = moment_asked("at"), request.args.get("at", "")
    if at is None:
        page = render_template("versions/as_of.html", at=None, asked=asked, shelf=None)
        return page, 400 if asked else 200
    only = request.args.get("department") or None
    shelf = parts().versions.shelf(
        at, access.reader(), list(departments().by_id), page_number(), AS_OF_PER_PAGE, only
    )
    total = shelf.counts.get(only, 0) if only else sum(shelf.counts.values())
    pages = Pages(page_number(), AS_OF_PER_PAGE, total)
    if pages.number > pages.last:
        return redirect(here(page=pages.last))
    return render_template(
        "versions/as_of.html", at=at, asked=asked, shelf=shelf, pages=pages, only=only
    )


def page_difference(old: Version, new: Version) -> Difference | None:
    """What changed on the page from one to the other; None where that cannot be told."""
    texts = _raw(old), _raw(new)
    if any(raw is not None and len(raw) > _LONGEST_PAGE for raw in texts):
        return None
    return _difference(old, new, texts, ComparisonMode(of="page", view="inline", whole=False))


def moment_asked(name: str) -> datetime | None:
    """The time in the address, in the reader's zone unless it says otherwise; None for no time."""
    try:
        asked = datetime.fromisoformat(request.args.get(name, "").strip())
        return (asked if asked.tzinfo else asked.replace(tzinfo=clock.zone())).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def version_or_404(procedure: Procedure, commit: str) -> Version:
    """The version of that commit, with a text; unknown and not-yours look alike."""
    found = None
    if _COMMIT.fullmatch(commit):
        found = parts().versions.get(procedure, commit, access.reader())
    if found is None or found.removed:
        abort(404)
    return found


def version_page(procedure: Procedure, shown: Version, refusal: str = "") -> str:
    """One version as a page, with what speaks against restoring it."""
    raw = parts().storage.history.blob(shown.blob)
    return render_template(
        "versions/version.html",
        procedure=procedure,
        version=shown,
        text=_text(procedure, shown, raw) if raw is not None else None,
        source=decoded(raw, shown.path, []) if raw is not None and _shows_source() else None,
        current=shown.version == procedure.version,
        before=parts().versions.before(shown, access.reader()),
        as_of=moment_asked("as_of"),
        refusal=refusal,
    )


def _shows_source() -> bool:
    return request.args.get("show") == "source"


def _address(procedure: Procedure, shown: Version, as_of: str) -> str:
    return url_for(".version", procedure_id=procedure.id, commit=shown.short, as_of=as_of)


def _nothing_then(at: datetime | None) -> str:
    if at is None:
        return "That is not a time. Write it like 2026-03-03T10:00."
    return f"There was nothing to be read here on {clock.moment(at)}, as far as you may see."


def _text(procedure: Procedure, shown: Version, raw: bytes) -> Text:
    return text_of_bytes(raw, shown.path, procedure.id, access.reader())


def _compared_or_404(procedure: Procedure) -> tuple[Version, Version]:
    """The two of the address, the older one first."""
    versions, reader = parts().versions, access.reader()
    asked = [request.args.get(name, "") for name in ("from", "to")]
    newest = version_or_404(procedure, asked[1]) if asked[1] else versions.newest(procedure, reader)
    if newest is None or newest.removed:
        abort(404)
    older = version_or_404(procedure, asked[0]) if asked[0] else versions.before(newest, reader)
    first, last = sorted((older or newest, newest), key=lambda one: one.id)
    return first, last


def _raw(shown: Version) -> bytes | None:
    return parts().storage.history.blob(shown.blob)


def _difference(
    old: Version, new: Version, texts: tuple[bytes | None, bytes | None], choice: ComparisonMode
) -> Difference | None:
    """None where one of the texts is gone."""
    if texts[0] is None or texts[1] is None:
        return None
    units = _blocks if choice.of == "page" else _lines
    return difference(units(old, texts[0]), units(new, texts[1]), whole=choice.whole)


def _lines(shown: Version, raw: bytes) -> list[Unit]:
    return lines(decoded(raw, shown.path, []))


def _blocks(shown: Version, raw: bytes) -> list[Unit]:
    """Where links lead is not compared: to a reader, the page is its words."""
    body = parse(raw, shown.path).body
    page = Renderer().render(body, shown.path, lambda path: f"/{path}", shown.title)
    return blocks(page, shown.title)


def _passages(known: list[Version]) -> list[AuthoredLines[Version]]:
    """From the newest back, as far as is bearable; what is older is nobody's."""
    texts: list[tuple[Version, str]] = []
    room = _MOST_BYTES
    looked_at = known[-_MOST_VERSIONS:][::-1]
    blobs = parts().storage.history.blobs(one.blob for one in looked_at)
    for one, raw in zip(looked_at, blobs, strict=True):
        if raw is None or (texts and len(raw) > room):
            break
        room -= len(raw)
        texts.append((one, decoded(raw, one.path, [])))
    return passages(reversed(texts), complete=len(texts) == len(known))
