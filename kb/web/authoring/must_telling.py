"""A change that is marked "must be read" while it is saved: checked before, asked afterwards."""

from __future__ import annotations

from dataclasses import replace

from flask import flash, request

from kb.content.manuscript import opened
from kb.saving.edits import Saved
from kb.tending.asking import NotAsked, Request
from kb.web import access
from kb.web.must_read_forms import AudienceForm, offered, request_from
from kb.web.must_reads import told
from kb.web.pages import departments, now, parts, today

MUST = "must"


def wanted(text: bytes, path: str, note: str) -> Request | None:
    """What is asked of whom when this text is saved; None for an ordinary change.

    Raises NotAsked, so that nothing is saved that nobody would then be asked to read.
    """
    if request.form.get("worth_telling") != MUST:
        return None
    asked = request_from(AudienceForm().offer(offered()), note)
    status = opened(text, path, departments()).filed.procedure.status
    parts().asking.check(asked, status, today())
    return asked


def checked(text: bytes, path: str, note: str) -> tuple[Request | None, str | None]:
    """What `wanted` gives, and why that cannot be asked."""
    try:
        return wanted(text, path, note), None
    except NotAsked as refusal:
        return None, str(refusal)


def ask(saved: Saved, asked: Request | None) -> None:
    """Ask them to read what was saved; who saved it is told how many that are."""
    card = parts().catalogue.get(saved.procedure_id) if asked else None
    if asked is None or card is None:
        return
    procedure = replace(card.procedure, version=saved.version)
    try:
        flash(told(parts().asking.ask(procedure, asked, access.signed_in(), now())), "ok")
    except NotAsked as refusal:
        flash(f"It is saved, but nobody is asked to read it. {refusal}", "warn")
