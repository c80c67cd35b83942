"""A new procedure: from a template, from a search that failed, from nothing."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from msgspec import Struct

from kb.documents.source.manuscript import Manuscript
from kb.documents.source.templates import Template, begun, offered
from kb.procedures.model import Status
from kb.publishing.along import Typed
from kb.publishing.edits import Clash, Edit, author_of
from kb.publishing.outcomes import Breaks, Refusal
from kb.publishing.sql.drafts import Draft
from kb.web.publishing import answered_items, attaching, drafting, opened_file, submitting
from kb.web.publishing.answered_items import Answers
from kb.web.publishing.edit_page import Sheet, show
from kb.web.publishing.endings import again, ended
from kb.web.publishing.forms import EditForm, filled
from kb.web.publishing.preview import preview_of, similar
from kb.web.publishing.save_messages import piece, wants_piece
from kb.web.site import access
from kb.web.site.pages import departments, now, number_in, parts

blueprint = Blueprint("beginning", __name__)
_LONGEST = 300


class Wish(Struct, frozen=True):
    """What the new procedure shall be: `q` are the words of a search that failed."""

    title: str
    q: str
    department: str
    template: str


@blueprint.before_request
def _writers_only() -> None:
    access.writer_or_404()


@blueprint.get("/procedures/new")
def new() -> ResponseReturnValue:
    """First what it is about and what it begins with; then, with a template, the form."""
    number = number_in(request.args.get("draft"))
    if number is not None:
        return _continued(number)
    wish = _wish()
    templates = offered(parts().storage.library.templates(), departments())
    chosen = next((one for one in templates if one.path == wish.template), None)
    if chosen is None or wish.department not in {each.id for each in opened_file.writable()}:
        return _chooser(wish, templates)
    return _begun(wish, chosen)


@blueprint.post("/procedures/new/preview")
def preview() -> ResponseReturnValue:
    """What was typed as a page, with its faults and what is like it."""
    form, manuscript, path = _typed_in()
    text = _text(form, manuscript)
    if isinstance(text, Refusal):
        return show(Sheet(None, manuscript, form, problem=text.why)), 409
    shown = preview_of(text, path, None)
    likely = similar(form.title.data or "", form.keywords.data or "", None)
    if wants_piece():
        return piece(shown, likely)
    return show(Sheet(None, manuscript, form, preview=shown, likely=likely))


@blueprint.post("/procedures/new/draft")
def draft() -> ResponseReturnValue:
    """Write down what was typed so far."""
    return drafting.kept(None)


@blueprint.post("/procedures/new/attachments")
def attachments() -> ResponseReturnValue:
    """A file for a procedure that is not there yet: it lies where the procedure will."""
    department = request.form.get("department", "")
    if department not in {each.id for each in opened_file.writable()}:
        abort(404)
    folder = parts().publishing.new_ids.folder_of(department)
    if wants_piece():
        return attaching.told(folder)
    form, manuscript, _ = _typed_in()
    return attaching.with_line(None, manuscript, form, folder)


@blueprint.post("/procedures")
def create() -> ResponseReturnValue:
    """Write the new file; a draft of it is kept first."""
    form, manuscript, path = _typed_in()
    text = _text(form, manuscript)
    if isinstance(text, Refusal):
        return show(Sheet(None, manuscript, form, problem=text.why)), 409
    note, me = form.note.data or "", access.signed_in()
    done = parts().writing.write(
        None,
        Edit(path, b"", text, note, True, author_of(me)),
        me,
        now(),
        typed=Typed(lambda: _kept(form, manuscript), anyway=opened_file.anyway()),
        along=(Answers(answered_items.panel(None), note or form.title.data or "", new=True),),
        submits=submitting.submits(),
    )
    assert not isinstance(done, Clash)  # nothing was there
    if isinstance(done, Breaks | Refusal):
        return again(Sheet(None, manuscript, form), done)
    return ended(done, form.id.data or "")


def _wish() -> Wish:
    asked = {name: request.args.get(name, "").strip()[:_LONGEST] for name in Wish.__struct_fields__}
    own = [each.id for each in opened_file.writable()]
    if asked["department"] not in own:
        asked["department"] = own[0] if own else ""
    return Wish(**{**asked, "title": asked["title"] or _as_title(asked["q"])})


def _as_title(words: str) -> str:
    return words[:1].upper() + words[1:]


def _chooser(wish: Wish, templates: list[Template]) -> str:
    return render_template(
        "publishing/new.html",
        wish=wish,
        answering=answered_items.panel(None),
        writable=opened_file.writable(),
        templates=templates,
        likely=similar(wish.title, wish.q, None),
    )


def _begun(wish: Wish, template: Template) -> str:
    new_ids = parts().publishing.new_ids
    folder = new_ids.folder_of(wish.department)
    topic = wish.title.partition(":")[2].strip() or wish.title
    path = parts().publishing.saver.free_path(folder, topic)
    id = new_ids.next_id(wish.department)
    raw = begun(template, id, wish.title, wish.department, access.signed_in().email, wish.q)
    manuscript = opened_file.manuscript_from(raw, path)
    form = EditForm(formdata=None)
    form.show({**filled(manuscript), "title": wish.title, "id": id, "path": path})
    sheet = Sheet(None, manuscript, form, likely=similar(wish.title, wish.q, None))
    if Status.PUBLISHED not in sheet.statuses:
        form.status.data = Status.DRAFT.value
    return show(sheet)


def _continued(draft_id: int) -> ResponseReturnValue:
    found = parts().publishing.drafts.get(access.signed_in().id, draft_id)
    if found is None or found.procedure_id is not None:
        abort(404)
    if found.discarded_at is not None:
        flash("This draft is discarded; have it back first.", "warn")
        return redirect(url_for("drafting.listing"))
    texts = {**found.form, **_place_for(found)}
    manuscript = opened_file.manuscript_from(found.base, texts["path"])
    form = EditForm(formdata=None)
    form.show({**filled(manuscript), **texts})
    return show(Sheet(None, manuscript, form, draft=found))


def _place_for(draft: Draft) -> dict[str, str]:
    """Department, id and file for a draft that has none yet: its procedure went away."""
    if draft.form.get("id"):
        return {"path": draft.form.get("path") or "new.md"}
    own, new_ids = [each.id for each in opened_file.writable()], parts().publishing.new_ids
    asked = draft.form.get("department", "")
    department = asked if asked in own else own[0]
    folder, title = new_ids.folder_of(department), draft.form.get("title", "")
    return {
        "id": new_ids.next_id(department),
        "path": parts().publishing.saver.free_path(folder, title.partition(":")[2] or title),
        "department": department,
        "status": Status.DRAFT.value,
    }


def _typed_in() -> tuple[EditForm, Manuscript, str]:
    form = EditForm()
    path = (form.path.data or "").strip() or "new.md"
    manuscript = opened_file.manuscript_from(opened_file.unsealed(form.base.data, ""), path)
    form.show({name: t for name, t in filled(manuscript).items() if not form[name].raw_data})
    return form, manuscript, path


def _text(form: EditForm, manuscript: Manuscript) -> bytes | Refusal:
    return opened_file.written(manuscript, {**submitting.typed(form), "id": form.id.data or ""})


def _kept(form: EditForm, manuscript: Manuscript) -> int:
    """The number of its draft, which the form keeps for the next time."""
    drafts, who, number = parts().publishing.drafts, access.signed_in(), number_in(form.draft.data)
    kept = drafts.keep(who.id, None, manuscript.raw, form.everything(), now(), number)
    form.draft.data = str(kept)
    return kept
