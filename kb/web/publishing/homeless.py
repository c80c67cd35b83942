"""A text whose procedure went away while it was written: kept as a draft, to be used elsewhere."""

from __future__ import annotations

from flask import abort
from werkzeug.exceptions import BadRequest, NotFound

from kb.catalogue.listings import Card
from kb.documents.source.lines import NotAmendable
from kb.documents.source.manuscript import opened
from kb.publishing.sql.drafts import Draft
from kb.web.publishing import opened_file
from kb.web.publishing.forms import EditForm, ResolutionForm, filled
from kb.web.site import access, unsaved_words
from kb.web.site.pages import departments, now, parts


def editable_or_kept(procedure_id: str) -> Card:
    """The procedure, if the one who asks may write it. Else 404, with what they wrote kept."""
    try:
        return access.editable_or_404(procedure_id)
    except NotFound:
        number = kept(procedure_id)
        if number is not None:
            unsaved_words.tell_of_draft(number)
        raise


def kept(procedure_id: str) -> int | None:
    """What was sent, as a draft; its number. None for who was never shown the file.

    Aborts with 410 for what is erased: nothing of that is kept.
    """
    try:
        base, typed = _sent(procedure_id)
    except (BadRequest, NotAmendable):
        return None
    if parts().publishing.saver.erasure_of(procedure_id) is not None:
        abort(410)
    me = access.signed_in()
    return parts().publishing.drafts.keep(me.id, procedure_id, base, typed, now())


def homeless(drafts: tuple[Draft, ...]) -> frozenset[int]:
    """Those of them whose procedure is gone, or not to be written by the one who asks."""
    ids = {one.procedure_id for one in drafts if one.procedure_id is not None}
    cards = parts().catalogue.by_ids(ids)
    mine = {id for id, card in cards.items() if access.may_edit(card.procedure)}
    return frozenset(one.id for one in drafts if one.procedure_id not in {None, *mine})


def _sent(procedure_id: str) -> tuple[bytes, dict[str, str]]:
    """The file as it was opened, and what was typed, from either form."""
    form, choosing = EditForm(), ResolutionForm()
    base = opened_file.unsealed(form.base.data, procedure_id)
    if not choosing.mine.data:
        return base, form.everything()
    mine = opened_file.unsealed(choosing.mine.data, procedure_id)
    texts = filled(opened(mine, "new.md", departments()))
    return base, {**texts, "note": choosing.note.data or ""}
