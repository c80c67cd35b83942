"""What the editor shows when an edit has ended, well or not."""

from __future__ import annotations

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from msgspec.structs import replace

from kb.publishing.edits import Saved
from kb.publishing.outcomes import Breaks, Refusal, Unchanged, Waits
from kb.web.publishing import submitting
from kb.web.publishing.edit_page import Sheet, show
from kb.web.publishing.save_messages import not_saved


def ended(
    done: Saved | Waits | Unchanged, procedure_id: str, *, to_read: bool = False
) -> ResponseReturnValue:
    """To where it went. `to_read`: people were to be asked to read it."""
    if isinstance(done, Saved):
        return submitting.saved(done)
    if isinstance(done, Waits):
        return submitting.proposed(done.number, to_read=to_read)
    flash("Nothing was changed, so nothing was saved.", "plain")
    return redirect(url_for("reading.procedure", procedure_id=procedure_id))


def again(sheet: Sheet, done: Breaks | Refusal) -> ResponseReturnValue:
    """The sheet once more, with what speaks against it."""
    if isinstance(done, Breaks):
        return show(replace(sheet, broken=done.finds, unwritten=done.unwritten)), 409
    problem, status = not_saved(done)
    return show(replace(sheet, problem=problem, about=done.about)), status
