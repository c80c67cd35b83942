"""Bring in: a file is looked at, mapped, shown as what it will be, and written."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from msgspec.structs import replace
from werkzeug.datastructures import FileStorage
from werkzeug.exceptions import HTTPException

from kb.importing.first_guess import guess
from kb.importing.mapping import ColumnMeaning, FileMapping, as_before
from kb.importing.opening import SUFFIXES
from kb.importing.opening_apart import opened_apart
from kb.importing.pages.splitting import choices
from kb.importing.permits import Permit, permit_of
from kb.importing.proposed import Fate, ImportPreview, ProposedFile
from kb.importing.readers.packages import LARGEST, LARGEST_DOCUMENTS
from kb.importing.readers.unreadable import UnreadableFile
from kb.importing.returning.rows import comes_back
from kb.importing.sheets import Workbook, letter
from kb.importing.sql.imports import ImportUnderway
from kb.people.person import Person
from kb.publishing.edits import author_of
from kb.publishing.outcomes import Refusal
from kb.web.importing.deciding_columns import ENCODINGS, decided
from kb.web.importing.side_by_side import apart, before_it_is_there
from kb.web.publishing.preview import Preview, preview_of
from kb.web.site import access
from kb.web.site.errors import ErrorText
from kb.web.site.pages import departments, now, parts, today

blueprint = Blueprint("importing", __name__, url_prefix="/imports")
_SHOWN = 10  # procedures as they will look
_SAMPLE = 3  # cells of each column
MOST_LISTED = 500
LEFT_BY_UNDOING = "Templates came with it, and stay when it is undone"
_MOST_TAKEN, _AT_ONCE = 500_000_000, 100_000  # bytes of what is too large


@blueprint.get("")
def index() -> ResponseReturnValue:
    """A file to be chosen, and what I brought in or began."""
    me = access.writer_or_404()
    begun = parts().importing.imports.latest(me.id)
    ledger = parts().publishing.ledger
    changes = {one.id: ledger.of_commit(one.commit) for one in begun if one.commit}
    return render_template(
        "importing/index.html",
        begun=begun,
        changes=changes,
        suffixes=SUFFIXES,
        most=LARGEST // 1_000_000,
        most_of_documents=LARGEST_DOCUMENTS // 1_000_000,
    )


@blueprint.post("")
def begin() -> ResponseReturnValue:
    """Keep the file, with what it most likely is."""
    me, sent = access.writer_or_404(), request.files.get("file")
    _checked_form()
    try:
        number = _begun(sent, me)
    except UnreadableFile as reason:
        flash(str(reason), "bad")
        return redirect(url_for(".index"))
    return redirect(url_for(".mapping", number=number))


@blueprint.get("/<int:number>")
def mapping(number: int) -> ResponseReturnValue:
    """What is it: sheets, headers, columns; and the first procedures as they will look."""
    me = access.writer_or_404()
    underway, workbook = _mine_or_404(number, me)
    if comes_back(workbook):  # there is nothing to decide about its columns
        return redirect(url_for(".preview", number=number))
    preview = _preview(underway, workbook, me)
    return render_template(
        "importing/mapping.html",
        underway=underway,
        mapping=underway.mapping,
        samples=_samples(workbook, underway.mapping),
        meanings=list(ColumnMeaning),
        letter=letter,
        preview=preview,
        shown=list(islice(_as_pages(preview), _SHOWN)),
        departments=_choosable(me),
        encodings=ENCODINGS if _is_text(underway, workbook) else {},
        levels={page.name: choices(page) for page in workbook.documents.pages},
    )


@blueprint.post("/<int:number>/mapping")
def decide(number: int) -> ResponseReturnValue:
    """Keep what was decided, and show what comes of it."""
    me = access.writer_or_404()
    underway, workbook = _mine_or_404(number, me)
    _checked_form()
    changed = decided(underway.mapping, request.form, workbook, departments())
    parts().importing.imports.decide(me.id, number, changed)
    onward = ".preview" if request.form.get("then") == "preview" else ".mapping"
    return redirect(url_for(onward, number=number))


@blueprint.get("/<int:number>/preview")
def preview(number: int) -> ResponseReturnValue:
    """What will be: every file, what is wrong with it, and what does not come in."""
    me = access.writer_or_404()
    underway, workbook = _mine_or_404(number, me)
    return render_template(
        "importing/preview.html",
        underway=underway,
        mapping=underway.mapping,
        preview=_preview(underway, workbook, me),
        fates=Fate,
        departments=_choosable(me),
        most=MOST_LISTED,
    )


@blueprint.post("/<int:number>/writing")
def write(number: int) -> ResponseReturnValue:
    """Done: one commit, which can be undone."""
    me = access.writer_or_404()
    underway, workbook = _mine_or_404(number, me)
    _checked_form()
    if "deciding" in request.form:  # what was chosen on the page and not looked at again
        mapping = decided(underway.mapping, request.form, workbook, departments())
        parts().importing.imports.decide(me.id, number, mapping)
        underway = replace(underway, mapping=mapping)
    proposed = _preview(underway, workbook, me)
    del workbook  # so that its cells are not held while all is written
    done = parts().importing.bringing_in.bring_in(proposed, _permit(me), author_of(me), now())
    if isinstance(done, Refusal):
        flash(done.why, "bad")
        return redirect(url_for(".preview", number=number))
    for path, why in done.skipped.items():
        flash(f"{path} is left as it is: {why}.", "warn")
    if done.commit:
        parts().importing.imports.end(me.id, number, done.commit)
        flash(f"Brought in: {len(done.paths)} from {underway.mapping.name}.", "ok")
        if proposed.templates:
            flash(f"{LEFT_BY_UNDOING}: {', '.join(proposed.templates)}.", "ok")
    return redirect(url_for(".index"))


@blueprint.post("/<int:number>/removal")
def remove(number: int) -> ResponseReturnValue:
    """Nobody wants it: the file that was kept goes."""
    me = access.writer_or_404()
    _checked_form()
    parts().importing.imports.forget(me.id, number)
    return redirect(url_for(".index"))


def _begun(sent: FileStorage | None, me: Person) -> int:
    if sent is None or not sent.filename:
        raise UnreadableFile("Choose a file first.")
    raw = sent.read()
    mapping = guess(opened_apart(sent.filename, raw))
    own = [one for one in sorted(me.writes_for) if one in departments()]
    if len(own) == 1 and not me.administrator:
        mapping = replace(mapping, department=own[0])
    if before := parts().importing.imports.decided_before(mapping.name):
        mapping = as_before(mapping, before)
    return parts().importing.imports.begin(me.id, raw, mapping, now())


def _mine_or_404(number: int, me: Person) -> tuple[ImportUnderway, Workbook]:
    """The file under way, if it is mine and not brought in yet."""
    found = parts().importing.imports.of(me.id, number)
    if found is None or found.commit:
        abort(404)
    name = found.file_name
    try:
        return found, opened_apart(name, found.raw, found.mapping.encoding)
    except UnreadableFile as reason:  # the machine has less to spare than when it was sent
        flash(str(reason), "bad")
        abort(redirect(url_for(".index")))


def _preview(underway: ImportUnderway, workbook: Workbook, me: Person) -> ImportPreview:
    return parts().importing.preview(workbook, underway.mapping, _permit(me), today())


def _permit(me: Person) -> Permit:
    return permit_of(me, departments(), four_eyes=parts().settings.four_eyes)


def _as_pages(proposed: ImportPreview) -> Iterator[tuple[ProposedFile, Preview]]:
    taken = [one for one in proposed.files if one.fate is not Fate.LEFT]
    coming = frozenset(one.procedure.path for one in taken)
    for nth, one in enumerate(taken, 1):
        text = before_it_is_there(one.text, one.procedure.path, one.attached, coming)
        shown = preview_of(text, one.procedure.path, None)
        yield one, replace(shown, page=apart(shown.page, nth))


def _samples(workbook: Workbook, mapping: FileMapping) -> dict[str, dict[int, list[str]]]:
    """Of each sheet and column the first cells below the header that say something."""
    found: dict[str, dict[int, list[str]]] = {}
    for sheet in workbook.sheets:
        columns = found.setdefault(sheet.name, {})
        how = mapping.sheet(sheet.name)
        below = [row for row in sheet.rows if how is None or row.number > how.header]
        for row in below:
            for nth, cell in enumerate(row.cells):
                some = columns.setdefault(nth, [])
                if cell.text and len(some) < _SAMPLE and not row.banner:
                    some.append(" ".join(cell.text.split())[:80])
    return found


def _choosable(me: Person) -> list[tuple[str, str]]:
    """The departments that the person may bring something in for."""
    known = departments().by_id.values()
    return [(one.id, one.name) for one in known if me.administrator or one.id in me.writes_for]


def _is_text(underway: ImportUnderway, workbook: Workbook) -> bool:
    return bool(workbook.sheets) and not underway.raw.startswith((b"PK", b"\xd0\xcf"))


def _checked_form() -> None:
    if not FlaskForm().validate():
        abort(400)


@blueprint.errorhandler(413)
def too_large(_error: HTTPException) -> ResponseReturnValue:
    """What to do about it. A browser shows no answer until all that it sends is taken."""
    rest = request.environ["wsgi.input"]
    for _ in range(_MOST_TAKEN // _AT_ONCE):
        if not rest.read(_AT_ONCE):
            break
    told = ErrorText(
        "That file is too large",
        f"At most {LARGEST_DOCUMENTS // 1_000_000} MB can be sent. Bring it in in parts, or "
        "without films and large pictures. What was taken out of another site and is larger comes "
        "in by kb import, on the machine itself.",
    )
    return render_template("site/error.html", told=told, status=413), 413


@blueprint.record_once
def _prepare(state: BlueprintSetupState) -> None:
    """A file that comes in is larger than the forms of other pages."""
    state.app.before_request_funcs.setdefault(None, []).insert(0, _allow_more)


def _allow_more() -> None:
    if request.method == "POST" and request.blueprint == blueprint.name and access.person():
        request.max_content_length = LARGEST_DOCUMENTS + 1_000_000
        request.max_form_memory_size = 4_000_000
        request.max_form_parts = 20_000
