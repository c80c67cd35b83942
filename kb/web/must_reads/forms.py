"""Who must read a change, and by when: the same fields in the editor and on a page of their own."""

from __future__ import annotations

from datetime import date, timedelta

from flask_wtf import FlaskForm
from wtforms import DateField, SelectMultipleField, TextAreaField
from wtforms.fields.choices import SelectChoice

from kb.must_reads.asking import NotAsked, Request
from kb.must_reads.must_read import EVERYONE, REPS
from kb.procedures.model import Department
from kb.web.site.pages import departments, today

LONGEST_NOTE = 500
_USUAL = timedelta(days=7)


class AudienceForm(FlaskForm):
    """The names begin with "must_", so that they stand in the editor's form beside its own."""

    must_audience = SelectMultipleField("Who must read it", validate_choice=False)
    must_read_by = DateField("By", validators=[])
    must_note = TextAreaField(
        "What has changed", description="This is what people are told; they see the difference too."
    )

    def offer(self, known: list[Department]) -> AudienceForm:
        """Let these be chosen; all reps within a week where nothing was said."""
        if self.must_audience.data is None:
            self.must_audience.data = [REPS]
        self.must_audience.choices = [
            SelectChoice(EVERYONE, "Everyone"),
            SelectChoice(REPS, "All reps"),
            *(SelectChoice(one.id, f"Members of {one.name}") for one in known),
        ]
        if self.must_read_by.data is None and not self.must_read_by.raw_data:
            self.must_read_by.data = today() + _USUAL
        return self


def offered() -> list[Department]:
    """The departments in the file's order."""
    return list(departments().by_id.values())


def request_from(form: AudienceForm, note: str | None = None) -> Request:
    """What was typed; `note` instead of the form's own. Raises NotAsked."""
    known = {choice.value for choice in form.must_audience.choices}
    audience = tuple(dict.fromkeys(form.must_audience.data or ()))
    if not set(audience) <= known:
        why = "One of those departments no longer exists; choose again."
        raise NotAsked(why, "audience")
    read_by = form.must_read_by.data
    if not isinstance(read_by, date):
        raise NotAsked("Say by which day it must be read.", "read_by")
    text = note if note is not None else form.must_note.data or ""
    return Request(audience, read_by, text.replace("\r\n", "\n").strip()[:LONGEST_NOTE])
