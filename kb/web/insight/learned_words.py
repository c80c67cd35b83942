"""Learned words on a procedure's page: its department adopts one as a keyword, or bans it."""

from __future__ import annotations

from flask import Blueprint, abort, flash, redirect, url_for
from flask.typing import ResponseReturnValue
from msgspec import Struct

from kb.documents.source.keywording import with_keyword
from kb.insight.learning import LearnedWord
from kb.insight.sql.learned_words import Ban
from kb.people.rights import Right
from kb.procedures.model import Procedure, Status
from kb.publishing.edits import Clash, Edit, author_of
from kb.publishing.outcomes import Became, Refusal, or_refusal
from kb.web.insight.forms import LearnedWordForm
from kb.web.site import access
from kb.web.site.pages import now, parts

blueprint = Blueprint("learned_words", __name__)
SHOWN = 20  # words; those of fewer people wait until some of these are adopted or banned


class Panel(Struct, frozen=True):
    """What the department is shown beside its procedure."""

    procedure: Procedure
    words: tuple[LearnedWord, ...]
    bans: tuple[Ban, ...]


def panel(procedure: Procedure) -> dict[str, Panel | None]:
    """What procedures/_learned.html shows: nothing to anybody else than its department."""
    who = access.person()
    if who is None or procedure.department not in who.departments:
        return {"learned": None}
    if procedure.status is not Status.PUBLISHED:
        return {"learned": None}
    words = parts().insight.learned.of(
        procedure.id, [keyword.text for keyword in procedure.keywords]
    )
    bans = parts().insight.learned.bans_of(procedure.id)
    found = Panel(procedure, words[:SHOWN], bans) if words or bans else None
    return {"learned": found}


@blueprint.post("/procedures/<path:procedure_id>/learned-words/adoption")
def adopt(procedure_id: str) -> ResponseReturnValue:
    """The word becomes a keyword, in the file."""
    procedure, word = _own_or_404(procedure_id), _word_or_400()
    if word not in {one.word for one in parts().insight.learned.of(procedure.id)}:
        flash(f"“{word}” is no longer among the learned words.", "warn")
        return _back(procedure)
    if not access.allowed(Right.WRITE, procedure):
        flash("Changes wait for a reviewer here: submit the text with its new keyword.", "plain")
        return redirect(url_for("editing.edit", procedure_id=procedure.id, keyword=word))
    done = _with_keyword(procedure, word)
    if isinstance(done, Refusal):
        flash(f"“{word}” is not adopted: {done.why.rstrip('.')}.", "bad")
    elif isinstance(done, Clash):
        flash("Somebody changed this file at the same moment; press once more.", "warn")
    else:
        flash(f"“{word}” is a keyword now.", "ok")
    return _back(procedure)


@blueprint.post("/procedures/<path:procedure_id>/learned-words/bans")
def ban(procedure_id: str) -> ResponseReturnValue:
    """The word does not count for this procedure any more, whoever uses it."""
    procedure, word = _own_or_404(procedure_id), _word_or_400()
    try:
        banned = parts().insight.learned.ban(procedure.id, word, access.signed_in().id, now())
    except OSError:
        abort(503)
    if banned:
        flash(f"“{word}” no longer counts for this procedure.", "ok")
    else:
        flash(f"“{word}” is no longer among the learned words.", "warn")
    return _back(procedure)


@blueprint.post("/procedures/<path:procedure_id>/learned-words/bans/<int:ban_id>/lifting")
def lift(procedure_id: str, ban_id: int) -> ResponseReturnValue:
    """The word counts again."""
    procedure = _own_or_404(procedure_id)
    try:
        word = parts().insight.learned.lift(procedure.id, ban_id, access.signed_in().id, now())
    except OSError:
        abort(503)
    if word is None:
        flash("That word is no longer banned.", "warn")
    else:
        flash(f"“{word}” counts for this procedure again.", "ok")
    return _back(procedure)


def _with_keyword(procedure: Procedure, keyword: str) -> Became:
    """One more version of the file, by who asks."""
    who = access.signed_in()
    try:
        raw = parts().storage.library.read(procedure.path)
    except OSError:
        abort(503)
    text = or_refusal(lambda: with_keyword(raw, keyword))
    if isinstance(text, Refusal):
        return text
    note = f"Keyword from what people search: {keyword}"
    edit = Edit(procedure.path, raw, text, note, worth_telling=False, by=author_of(who))
    return parts().writing.write(procedure, edit, who, now())


def _own_or_404(procedure_id: str) -> Procedure:
    """The procedure, if its department is one of theirs."""
    procedure = access.readable_or_404(procedure_id).procedure
    if procedure.department not in access.signed_in().departments:
        abort(404)
    return procedure


def _word_or_400() -> str:
    form = LearnedWordForm()
    if not form.validate():
        abort(400)
    return str(form.word.data)


def _back(procedure: Procedure) -> ResponseReturnValue:
    return redirect(url_for("reading.procedure", procedure_id=procedure.id))
