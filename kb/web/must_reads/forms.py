"""Who must read a change, and by when: the same fields in the editor and on a page of their own."""

from __future__ import annotations

from datetime import date, timedelta

from flask_wtf import FlaskForm
from wtforms import (
    DateField,
    Field,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice

from kb.must_reads.asking import Request
from kb.must_reads.audience import NotAsked
from kb.must_reads.must_read import EVERYONE, REPS
from kb.must_reads.standing import MOST_ANSWERS, Question, Scope, StandingWanted
from kb.procedures.model import Department
from kb.web.site.pages import departments, today

LONGEST_NOTE = 500
ALL = "*all"  # departments
_LONGEST_LINE = 300
_PLACES = [str(nth) for nth in range(1, MOST_ANSWERS + 1)]
_USUAL = timedelta(days=7)


class QuestionForm(FlaskForm):
    """One question that shows that something was read; none where nothing is typed."""

    must_check_question = StringField(
        "Check question (optional)",
        description="Asked before a reading counts. Whoever answers wrongly may try again.",
    )
    must_answer_1 = StringField("Answer 1")
    must_answer_2 = StringField("Answer 2")
    must_answer_3 = StringField("Answer 3 (optional)")
    must_answer_4 = StringField("Answer 4 (optional)")
    must_right = SelectField(
        "The right one is",
        choices=[SelectChoice(nth, f"Answer {nth}") for nth in _PLACES],
        validate_choice=False,
    )
    must_why = StringField("Why (optional)", description="Told with the right answer.")

    @property
    def answers(self) -> list[Field]:
        """The fields of its answers."""
        names = (f"must_answer_{nth}" for nth in range(1, MOST_ANSWERS + 1))
        return [self[name] for name in names]

    def check_question(self) -> Question | None:
        """What was typed. Raises NotAsked where the right answer is an empty one."""
        text, typed = _line(self.must_check_question), [_line(field) for field in self.answers]
        if not text and not any(typed):
            return None
        right = int(self.must_right.data) - 1 if self.must_right.data in _PLACES else 0
        if not typed[right]:
            raise NotAsked("The answer that is to be the right one is empty.", "check_question")
        answers = tuple(answer for answer in typed if answer)
        place = sum(1 for answer in typed[:right] if answer)
        return Question(text, answers, place, _line(self.must_why))


class AudienceForm(QuestionForm):
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
        self.must_audience.choices = _audiences(known)
        if self.must_read_by.data is None and not self.must_read_by.raw_data:
            self.must_read_by.data = today() + _USUAL
        return self


def _audiences(known: list[Department]) -> list[SelectChoice]:
    return [
        SelectChoice(EVERYONE, "Everyone"),
        SelectChoice(REPS, "All reps"),
        *(SelectChoice(one.id, f"Members of {one.name}") for one in known),
    ]


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
    note = text.replace("\r\n", "\n").strip()[:LONGEST_NOTE]
    return Request(audience, read_by, note, form.check_question())


class StandingForm(QuestionForm):
    """What a standing must-read is about, of whom it is asked, and within how many days."""

    scope = RadioField(
        "What must be read",
        choices=[
            SelectChoice(Scope.DEPARTMENT.value, "Everything of the department"),
            SelectChoice(Scope.KEYWORD.value, "Everything with a keyword"),
            SelectChoice(Scope.FOLDER.value, "Everything in a folder"),
            SelectChoice(Scope.PROCEDURE.value, "One procedure"),
        ],
        default=Scope.KEYWORD.value,
        validate_choice=False,
    )
    value = StringField("Keyword, folder or id", description="Nothing for all of the department.")
    department = SelectField("Of the department", validate_choice=False)
    must_audience = SelectMultipleField("Who must read it", validate_choice=False)
    days = IntegerField("Within how many days of being asked", default=14)
    must_note = TextAreaField("Why", description="This is what people are told.")

    def offer(self, own: list[tuple[str, str]], known: list[Department]) -> StandingForm:
        """Let these be chosen; everyone where nothing was said."""
        self.department.choices = [SelectChoice(*one) for one in own]
        if self.must_audience.data is None:
            self.must_audience.data = [REPS]
        self.must_audience.choices = _audiences(known)
        return self

    def wanted(self) -> StandingWanted:
        """What was typed. Raises NotAsked."""
        audience = tuple(dict.fromkeys(self.must_audience.data or ()))
        if not set(audience) <= {choice.value for choice in self.must_audience.choices}:
            raise NotAsked("One of those departments no longer exists; choose again.", "audience")
        department = self.department.data or ""
        if department not in {choice.value for choice in self.department.choices}:
            raise NotAsked("Choose a department of yours.", "department")
        if self.scope.data not in set(Scope):
            raise NotAsked("Say what must be read.", "scope")
        if not isinstance(self.days.data, int):
            raise NotAsked("Say within how many days, as a number.", "days")
        scope = Scope(self.scope.data)
        note = (self.must_note.data or "").replace("\r\n", "\n").strip()[:LONGEST_NOTE]
        return StandingWanted(
            scope=scope,
            value="" if scope is Scope.DEPARTMENT else _line(self.value),
            department="" if department == ALL else department,
            audience=audience,
            days=self.days.data,
            note=note,
            check_question=self.check_question(),
        )

    def field_of(self, about: str) -> str:
        """The name of the field that a refusal is about."""
        return about if about in self else f"must_{about}"


def _line(field: Field) -> str:
    return " ".join((field.data or "").split())[:_LONGEST_LINE]
