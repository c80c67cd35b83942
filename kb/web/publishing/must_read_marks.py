"""A change that is marked "must be read" while it is saved: checked before, asked afterwards."""

from __future__ import annotations

from contextlib import suppress
from datetime import date

from flask import flash, request
from msgspec import Struct
from msgspec.structs import replace

from kb.documents.source.manuscript import opened
from kb.must_reads.asking import Request
from kb.must_reads.audience import NotAsked
from kb.publishing.edits import Saved
from kb.publishing.outcomes import Refusal
from kb.publishing.sql.drafts import Draft
from kb.web.must_reads.forms import AudienceForm, offered, request_from
from kb.web.must_reads.must_reads import told
from kb.web.site import access
from kb.web.site.pages import departments, now, parts, today

MUST = "must"
_MOST = 500  # departments
_FIELDS = {
    "audience": "must_audience",
    "read_by": "must_read_by",
    "note": "note",
    "status": "status",
}
_LONGEST = 10  # of a day


def kept_in_draft() -> dict[str, str]:
    """What a draft keeps of it, by the name of the field."""
    audience, by = request.form.getlist("must_audience"), request.form.get("must_read_by", "")
    asked = {"must_audience": "\n".join(audience[:_MOST]), "must_read_by": by[:_LONGEST]}
    return {name: text for name, text in asked.items() if text}


def fields(draft: Draft | None) -> AudienceForm:
    """As they were sent; as the draft has them where nothing was sent."""
    if draft is None or request.method != "GET":
        return AudienceForm().offer(offered())
    form = AudienceForm(formdata=None)
    form.must_audience.data = draft.form.get("must_audience", "").split("\n")
    with suppress(ValueError):
        form.must_read_by.data = date.fromisoformat(draft.form.get("must_read_by", ""))
    return form.offer(offered())


class MustReadMark(Struct, frozen=True):
    """The mark, if it is set, as it goes along with an edit of that note."""

    note: str

    @property
    def is_set(self) -> bool:
        """Is anybody asked?"""
        return request.form.get("worth_telling") == MUST

    def objection(self, text: bytes, path: str) -> Refusal | None:
        """Nothing is saved that nobody would then be asked to read."""
        if not self.is_set:
            return None
        status = opened(text, path, departments()).filed.procedure.status
        try:
            parts().must_reads.check(self._asked(), status, today())
        except NotAsked as refusal:
            return Refusal(str(refusal), about=_FIELDS.get(refusal.about, ""))
        return None

    def begin(self, procedure_id: str, text: bytes) -> None:
        """Nobody is asked before it is up."""

    def take_back(self) -> None:
        """Nobody was asked."""

    def end(self, saved: Saved) -> None:
        """Ask them to read what was saved; who saved it is told how many that are."""
        card = parts().catalogue.get(saved.procedure_id) if self.is_set else None
        if card is None:
            return
        procedure, me = replace(card.procedure, version=saved.version), access.signed_in()
        try:
            flash(told(parts().must_reads.ask(procedure, self._asked(), me, now())), "ok")
        except NotAsked as refusal:
            flash(f"It is saved, but nobody is asked to read it. {refusal}", "warn")

    def _asked(self) -> Request:
        return request_from(AudienceForm().offer(offered()), self.note)
