"""What somebody who writes is told: saved, not saved, or how it looks so far."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from kb.publishing.edits import Saved
from kb.publishing.outcomes import Refusal
from kb.search.results import Hit
from kb.web.publishing.preview import Preview


def thanks(saved: Saved) -> ResponseReturnValue:
    """To the page of what was saved, with a word about it."""
    told = "Saved."
    if saved.merged:
        told = "Saved, together with what somebody else changed meanwhile. Look it over."
    if not saved.searchable:
        told += " Search finds the new words in a moment."
    flash(told, "ok")
    return redirect(url_for("reading.procedure", procedure_id=saved.procedure_id))


def not_saved(refusal: Refusal) -> tuple[str, int]:
    """Why, and that nothing typed is lost, with the status that says so."""
    if refusal.for_now:
        return f"{refusal.why} Your text is kept as a draft; try again in a while.", 503
    return refusal.why, 400


def status_of(refusal: Refusal, otherwise: int) -> int:
    """503 where trying again may help, else what the page says to what cannot be."""
    return 503 if refusal.for_now else otherwise


def wants_piece() -> bool:
    """Does our script ask, that puts the answer into the page itself?"""
    return request.headers.get("X-Wants") == "piece"


def piece(shown: Preview, likely: tuple[Hit, ...] = ()) -> str:
    """The preview without a page around it."""
    return render_template("publishing/_preview.html", preview=shown, likely=likely)
