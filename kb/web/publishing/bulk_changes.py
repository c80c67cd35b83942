"""Changes to many files at once: a list of them, and their undoing."""

from __future__ import annotations

import re

from flask import Blueprint, abort, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_wtf import FlaskForm
from markupsafe import Markup

from kb.people.person import Person
from kb.publishing.batches import Batch
from kb.publishing.outcomes import Refusal
from kb.publishing.sql.batch_ledger import BulkChange
from kb.web.site import access
from kb.web.site.pages import Pages, now, page_number, parts

blueprint = Blueprint("bulk_changes", __name__, url_prefix="/changes")
PER_PAGE = 25
_MOST_NAMED = 5


@blueprint.get("")
def listing() -> ResponseReturnValue:
    """Those in my departments, newest first, each with its undoing."""
    me = _member_or_404()
    parts().publishing.saver.settle_bulk_changes()
    found, total = parts().publishing.ledger.listed(_whose(me), page_number(), PER_PAGE)
    return render_template(
        "publishing/bulk_changes.html",
        changes=found,
        pages=Pages(page_number(), PER_PAGE, total),
    )


@blueprint.post("/<commit>/undo")
def undo(commit: str) -> ResponseReturnValue:
    """Put back what it changed, but for what was changed since."""
    me, form = _member_or_404(), FlaskForm()
    if not form.validate():
        abort(400)
    _mine_or_404(commit, me)
    done = parts().publishing.undoing.undo(commit, me, now())
    if isinstance(done, Refusal):
        flash(done.why, "bad")
        return redirect(url_for(".listing"))
    _tell(done)
    if len(done.procedure_ids) == 1 and not done.skipped:
        return redirect(url_for("reading.procedure", procedure_id=done.procedure_ids[0]))
    return redirect(url_for(".listing"))


def _member_or_404() -> Person:
    me = access.signed_in()
    if not (me.departments or me.administrator):
        abort(404)
    return me


def _whose(me: Person) -> frozenset[str] | None:
    """An administrator hands over anywhere, and so undoes anywhere."""
    return None if me.administrator else me.departments


def _mine_or_404(commit: str, me: Person) -> BulkChange:
    """The change, if all that it touched is of my departments."""
    found = (
        parts().publishing.ledger.of_commit(commit)
        if re.fullmatch(r"[0-9a-f]{40}", commit)
        else None
    )
    if found is None:
        abort(404)
    whose = _whose(me)
    if whose is not None and not parts().publishing.ledger.departments_of(found) <= whose:
        abort(404)
    return found


def _tell(done: Batch) -> None:
    if done.commit:
        text = render_template("publishing/_undone.html", many=len(done.paths), commit=done.commit)
        flash(Markup(text), "ok")
    if done.skipped:
        ids = parts().catalogue.at_paths(done.skipped)
        cards = parts().catalogue.by_ids(set(ids.values()))
        known = {path: cards[id].procedure for path, id in ids.items() if id in cards}
        reader = access.reader()
        titles = {path: one.title for path, one in known.items() if reader.may_read(one)}
        by_reason: dict[str, list[str]] = {}
        for path, why in done.skipped.items():
            by_reason.setdefault(why, []).append(titles.get(path, path)[:80])
        told = [f"{_named(some)}: {why}" for why, some in by_reason.items()]
        flash(f"Left as they are. {'; '.join(told)}.", "warn")


def _named(titles: list[str]) -> str:
    more = len(titles) - _MOST_NAMED
    return ", ".join(titles[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
