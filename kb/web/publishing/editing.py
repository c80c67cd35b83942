"""A procedure as a form: opened, looked at as it will be, saved."""

from __future__ import annotations

from functools import partial

from flask import Blueprint, render_template, request
from flask.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue

from kb.catalogue.listings import Card
from kb.documents.source.manuscript import Manuscript
from kb.publishing.along import Typed
from kb.publishing.edits import Clash, Edit, author_of
from kb.publishing.outcomes import Breaks, Refusal
from kb.publishing.sql.drafts import Draft
from kb.web.publishing import answered_items, homeless, opened_file, resolving, submitting
from kb.web.publishing.answered_items import Answers
from kb.web.publishing.draft_changes import changes_of
from kb.web.publishing.edit_page import Sheet, show
from kb.web.publishing.endings import again, ended
from kb.web.publishing.forms import EditForm, filled
from kb.web.publishing.must_read_marks import MustReadMark
from kb.web.publishing.preview import preview_of
from kb.web.publishing.save_messages import piece, wants_piece
from kb.web.site import access
from kb.web.site.pages import now, parts

blueprint = Blueprint("editing", __name__)
_LONGEST_LINE = 200


@blueprint.get("/procedures/<path:procedure_id>/edit")
def edit(procedure_id: str) -> ResponseReturnValue:
    """The form; where there is a draft of it, first the question what shall become of that."""
    card = access.editable_or_404(procedure_id)
    draft = parts().publishing.drafts.of(access.signed_in().id, card.procedure.id)
    manuscript = opened_file.manuscript_of(card)
    if draft is None:
        return show(Sheet(card, manuscript, _form(_with_more(filled(manuscript)))))
    if not changes_of(draft, manuscript):  # nothing to ask: it says what the file says
        form = _form(_with_more({**draft.form, **filled(manuscript)}))
        return show(Sheet(card, manuscript, form, draft=draft))
    if request.args.get("draft") != "continue":
        return _asked(card, manuscript, draft)
    opened = opened_file.manuscript_from(draft.base, card.procedure.path)
    moved_on = draft.base != manuscript.raw
    form = _form({**filled(opened), **draft.form})
    return show(Sheet(card, opened, form, draft=draft, moved_on=moved_on))


@blueprint.post("/procedures/<path:procedure_id>/preview")
def preview(procedure_id: str) -> ResponseReturnValue:
    """What was typed as a page, with its faults: a piece of one for our script, else all."""
    card = homeless.editable_or_kept(procedure_id)
    form, manuscript, path = typed_in(card)
    text = opened_file.written(manuscript, form.typed())
    if isinstance(text, Refusal):
        return show(Sheet(card, manuscript, form, problem=text.why)), 409
    shown = preview_of(text, path, card)
    if wants_piece():
        return piece(shown)
    return show(Sheet(card, manuscript, form, preview=shown))


@blueprint.post("/procedures/<path:procedure_id>/edits")
def save(procedure_id: str) -> ResponseReturnValue:
    """Write the file. Nothing typed is lost when it cannot be: a draft of it is kept first."""
    card, me = homeless.editable_or_kept(procedure_id), access.signed_in()
    form, manuscript, path = typed_in(card)
    text = opened_file.written(manuscript, submitting.typed(form))
    if isinstance(text, Refusal):
        return show(Sheet(card, manuscript, form, problem=text.why)), 409
    note = form.note.data or ""
    answers, mark = Answers(answered_items.panel(card), note), MustReadMark(note)
    told = form.worth_telling.data != "no"
    keep = partial(parts().publishing.drafts.keep, me.id, card.procedure.id, manuscript.raw)
    done = parts().writing.write(
        card.procedure,
        Edit(path, manuscript.raw, text, note, told, author_of(me)),
        me,
        now(),
        typed=Typed(lambda: keep(form.everything(), now()), anyway=opened_file.anyway()),
        along=(answers, mark),
        submits=submitting.submits(),
    )
    if isinstance(done, Clash):
        return resolving.ask(card, done, note, told), 409
    if isinstance(done, Breaks | Refusal):
        return again(Sheet(card, manuscript, form), done)
    return ended(done, card.procedure.id, to_read=mark.is_set)


def typed_in(card: Card) -> tuple[EditForm, Manuscript, str]:
    """The form as sent, the file as it was opened for it, and its path."""
    form = EditForm()
    path, base = card.procedure.path, opened_file.unsealed(form.base.data, card.procedure.id)
    manuscript = opened_file.manuscript_from(base, path)
    missing = {name: text for name, text in filled(manuscript).items() if not form[name].raw_data}
    form.show(missing)
    return form, manuscript, path


def _asked(card: Card, manuscript: Manuscript, draft: Draft) -> ResponseReturnValue:
    changes = changes_of(draft, manuscript)
    return render_template(
        "publishing/continue.html", card=card, draft=draft, changes=changes, base=manuscript.raw
    )


def _with_more(texts: dict[str, str]) -> dict[str, str]:
    """With what search insight proposes: ?keyword= and ?finds= as one more line of each."""
    more = {"keywords": request.args.get("keyword"), "finds": request.args.get("finds")}
    for name, asked in more.items():
        line = " ".join((asked or "").split())[:_LONGEST_LINE]
        if line and name in texts and line not in texts[name].splitlines():
            texts[name] = "\n".join([*texts[name].splitlines(), line])
    return texts


def _form(texts: dict[str, str]) -> EditForm:
    form = EditForm(formdata=None)
    form.show(texts)
    return form


@blueprint.record_once
def _prepare(state: BlueprintSetupState) -> None:
    """A procedure is longer than the forms of other pages: those who write may send more."""
    state.app.before_request_funcs.setdefault(None, []).insert(0, _allow_more)


def _allow_more() -> None:
    blueprints = {"editing", "beginning", "resolving", "drafting", "attaching"}
    if request.method == "POST" and request.blueprint in blueprints and access.person():
        most = (parts().settings.upload_mb + 16) * 1024 * 1024
        request.max_content_length = request.max_form_memory_size = most
