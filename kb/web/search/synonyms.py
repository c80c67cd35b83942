"""Synonyms: seen, tried and changed by those who write procedures."""

from __future__ import annotations

from collections.abc import Callable

from flask import Blueprint, abort, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from msgspec import Struct

from kb.documents.settings_files.synonyms import Synonym, SynonymLists, parse_synonyms
from kb.documents.settings_files.synonyms_editing import (
    AlreadyThere,
    ChangedMeanwhile,
    NotEditable,
    NotThere,
    with_synonym,
    without_synonym,
)
from kb.publishing.edits import author_of
from kb.publishing.search_tests import BrokenFind, ProposedChange
from kb.search.evaluation.synonym_trial import Comparison, Spread, Trial
from kb.search.words.synonyms import Synonyms
from kb.storage.git.repository import Note
from kb.web.search.forms import SynonymForm
from kb.web.site import access
from kb.web.site.fields import mark
from kb.web.site.pages import Pages, now, page_number, parts, today

blueprint = Blueprint("synonyms", __name__, url_prefix="/synonyms")
PER_PAGE = 60
# A message travels in a cookie, which holds 4,000 characters: what is longer is left out of it.
_LONGEST_LINK = 1500
_LONGEST_TOLD = 160


class SynonymPreview(Struct, frozen=True):
    """What one synonym, added or removed, changes. `touching` are others with its words."""

    synonym: Synonym
    comparisons: tuple[Comparison, ...]
    touching: tuple[Synonym, ...]
    nowhere: tuple[str, ...] = ()
    common: tuple[Spread, ...] = ()
    covering: Synonym | None = None
    seal: str = ""
    broken: tuple[BrokenFind, ...] = ()


@blueprint.before_request
def _members_only() -> None:
    access.department_member_or_404()


@blueprint.get("")
def listing() -> ResponseReturnValue:
    """All of them in the file's order; ?q= is looked for in their words."""
    lists, text = _lists(), " ".join(request.args.get("q", "").split())
    wanted = text.casefold()
    found = [one for one in lists.entries if any(wanted in w.casefold() for w in one.every)]
    pages = Pages(page_number(), PER_PAGE, len(found))
    return render_template(
        "search/synonyms/listing.html",
        shown=found[pages.first_shown - 1 :][:PER_PAGE],
        pages=pages,
        faults=lists.faults,
        text=text,
        form=SynonymForm(formdata=None),
    )


@blueprint.get("/new")
def new() -> ResponseReturnValue:
    """What the one in the address would change; without one, the form."""
    if not request.args:
        return _new_page(SynonymForm(formdata=None))
    form = SynonymForm(request.args, meta={"csrf": False})
    return _new_page(form, looked_at=form.synonym()) if form.validate() else (_new_page(form), 400)


@blueprint.post("")
def add() -> ResponseReturnValue:
    """Save the one that was looked at."""
    form = SynonymForm()
    if not form.validate():
        return _new_page(form), 400
    synonym, seal, status = form.synonym(), form.seal.data or "", 409
    try:
        _change(lambda raw: with_synonym(raw, synonym, seal), f"Synonym added: {_short(synonym)}")
    except ChangedMeanwhile:
        why = "Look again: other synonyms of these words have changed meanwhile."
    except AlreadyThere as refusal:
        why = f"{refusal}."
    except NotEditable as refusal:
        why = f"It is not saved: {refusal}."
    except OSError as error:
        why = f"It is not saved: synonyms.yml cannot be written ({error.strerror})."
        status = 503
    else:
        flash(f"Saved: {_short(synonym)}. Searches find by it now.", "ok")
        return redirect(url_for(".listing"))
    mark(form, "typed" if synonym.to else "words", why)
    return _new_page(form, looked_at=synonym), status


@blueprint.get("/<key>")
def entry(key: str) -> ResponseReturnValue:
    """One of them, and what its removal would change."""
    lists = _lists()
    synonym = next((one for one in lists.entries if one.key == key), None)
    if synonym is None:
        abort(404)
    return render_template("search/synonyms/entry.html", preview=_without(lists, synonym))


@blueprint.post("/<key>/removal")
def removal(key: str) -> ResponseReturnValue:
    """Take one out of the file; the message leads to adding it again."""
    synonym = next((one for one in _lists().entries if one.key == key), None)
    try:
        _change(lambda raw: without_synonym(raw, key), f"Synonym removed: {_told(synonym)}")
    except NotThere:
        flash("That synonym no longer exists.", "warn")
    except NotEditable as refusal:
        flash(f"It is not removed: {refusal}.", "bad")
    except OSError as error:
        flash(f"It is not removed: synonyms.yml cannot be written ({error.strerror}).", "bad")
    else:
        flash(_removed(synonym), "ok")
    return redirect(url_for(".listing"))


def _change(change: Callable[[bytes], bytes], note: str) -> None:
    """Under the name of the one who asks."""
    author = author_of(access.writer_or_404())
    parts().publishing.publisher.change_synonyms(change, Note(note, author, now()))


def _told(synonym: Synonym | None) -> str:
    return _short(synonym) if synonym else "one"


def _lists() -> SynonymLists:
    """synonyms.yml as it is now."""
    try:
        return parse_synonyms(parts().storage.library.synonyms_source())
    except OSError:
        abort(503)


def _new_page(form: SynonymForm, looked_at: Synonym | None = None) -> str:
    lists = _lists()
    return render_template(
        "search/synonyms/new.html",
        form=form,
        preview=_with(lists, looked_at) if looked_at else None,
        faults=lists.faults,
    )


def _with(lists: SynonymLists, synonym: Synonym) -> SynonymPreview:
    trial, touching = _trial(lists, lists.plus(synonym)), lists.touching(synonym)
    # What is only typed may stand nowhere: that is what a one-way synonym is for.
    spreads = trial.spreads(synonym.every)
    found = trial.spreads(synonym.to or synonym.words)
    return SynonymPreview(
        synonym,
        trial.comparisons(synonym.every, _only(synonym)),
        touching,
        nowhere=tuple(one.text for one in found if not one.having),
        common=tuple(one for one in spreads if one.common),
        covering=next((one for one in touching if one.covers(synonym)), None),
        seal=lists.seal(synonym),
        broken=_broken(lists.plus(synonym)),
    )


def _without(lists: SynonymLists, synonym: Synonym) -> SynonymPreview:
    trial = _trial(lists, lists.minus(synonym))
    others = tuple(one for one in lists.touching(synonym) if one != synonym)
    compared = trial.comparisons(synonym.every, _only(synonym))
    return SynonymPreview(synonym, compared, others, broken=_broken(lists.minus(synonym)))


def _broken(after: SynonymLists) -> tuple[BrokenFind, ...]:
    """The search tests that these lists would break."""
    change = ProposedChange(synonyms=_as_searched(after))
    return parts().publishing.publisher.broken_finds(change, access.reader())


def _trial(before: SynonymLists, after: SynonymLists) -> Trial:
    return Trial(
        parts().search.searcher, _as_searched(before), _as_searched(after), access.reader(), today()
    )


def _only(synonym: Synonym) -> Synonyms:
    return _as_searched(SynonymLists().plus(synonym))


def _as_searched(lists: SynonymLists) -> Synonyms:
    return Synonyms(lists.two_way, lists.one_way)


def _short(synonym: Synonym) -> str:
    text = str(synonym)
    return text if len(text) <= _LONGEST_TOLD else f"{text[: _LONGEST_TOLD - 1]}…"


def _removed(synonym: Synonym | None) -> str:
    """The message, with a link that adds it again."""
    if synonym is None:
        return "Removed."
    told, again = _short(synonym), _address(synonym)
    if len(again) > _LONGEST_LINK:
        return f"Removed: {told}"
    return Markup(render_template("search/synonyms/_removed.html", told=told, again=again))


def _address(synonym: Synonym) -> str:
    """Of the page that shows what adding it would change."""
    words, finds = (
        ", ".join(word.replace(",", " ") for word in some) for some in (synonym.words, synonym.to)
    )
    if synonym.to:
        return url_for(".new", kind="one-way", typed=words, finds=finds)
    return url_for(".new", kind="two-way", words=words)
