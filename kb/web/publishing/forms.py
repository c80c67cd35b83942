"""What can be typed on the pages where procedures are written."""

from __future__ import annotations

from typing import Any

from flask_wtf import FlaskForm
from wtforms import HiddenField, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice

from kb.documents.front_matter import TYPED, Field
from kb.documents.source.manuscript import Manuscript
from kb.procedures.model import UNASSIGNED, Department, Status
from kb.web.people.naming import address_of, name_of
from kb.web.publishing import must_read_marks
from kb.web.publishing.answered_items import kept_in_draft

LONGEST_NOTE = 500
PEOPLE = ("owner", "deputy")
WORTH_TELLING = ("no", "yes")  # and "must", of what is up
_STATUSES = {
    Status.PUBLISHED: "Published: reps find it",
    Status.DRAFT: "Draft: seen by its department only",
    Status.IN_REVIEW: "In review: waits for a reviewer",
    Status.RETIRED: "Retired",
}


def _input(field: Field) -> Any:
    if field.choice:
        return SelectField(field.label, validate_choice=False)
    shape = TextAreaField if field.several else StringField
    return shape(field.label, description=field.hint)


_FrontMatterForm: Any = type(
    "FrontMatterForm", (FlaskForm,), {field.name: _input(field) for field in TYPED}
)


class EditForm(_FrontMatterForm):
    """A procedure as a form: its front matter, its text, and a note for the history.

    What front matter may be typed stands in kb/documents/front_matter.py. `base` is the file as
    it was opened, sealed; `draft` the number of a draft that belongs to no procedure yet. Nothing
    is trimmed here: the text goes into the file as it was typed.
    """

    edited = tuple(field.name for field in TYPED)
    base = HiddenField()
    draft = HiddenField()
    head = TextAreaField("Front matter")
    body = TextAreaField("Text")
    note = StringField("What changed, and why?")
    worth_telling = RadioField(
        choices=[
            SelectChoice("no", "A minor change"),
            SelectChoice("yes", "Worth telling people"),
            SelectChoice("must", "Must be read"),
        ],
        default="no",
    )
    id = StringField("Id", description="It never changes.")
    path = StringField("File", description="Below the content folder.")

    def typed(self) -> dict[str, str]:
        """What was sent of the fields that make the file, by name."""
        names = [name for name in (*self.edited, "head", "body") if self[name].raw_data]
        texts = {name: self[name].data or "" for name in names}
        return texts | {name: address_of(texts[name]) for name in PEOPLE if name in texts}

    def name_people(self) -> None:
        """Show those who answer for it by their names."""
        for name in PEOPLE:
            self[name].data = name_of(self[name].data or "")

    def everything(self) -> dict[str, str]:
        """All that was typed, for a draft."""
        names = ("note", "worth_telling", "id", "path")
        sent = [name for name in names if self[name].raw_data]
        return (
            self.typed()
            | {name: self[name].data or "" for name in sent}
            | kept_in_draft()
            | must_read_marks.kept_in_draft()
        )

    def show(self, texts: dict[str, str]) -> None:
        """Fill the fields in."""
        for name, text in texts.items():
            if name in self:
                self[name].data = text

    def offer(self, departments: list[Department], current: str, statuses: list[Status]) -> None:
        """Let these departments be chosen from, and the one that it has; and these statuses."""
        known = {department.id: department.name for department in departments}
        known.setdefault(current, "Nobody’s yet" if current == UNASSIGNED else current)
        self.department.choices = [SelectChoice(*each) for each in known.items()]
        self.status.choices = [SelectChoice(each.value, _STATUSES[each]) for each in statuses]


class ResolutionForm(FlaskForm):
    """Two texts of which one is to be made. All three are sealed as they were shown."""

    base = HiddenField()
    mine = HiddenField()
    theirs = HiddenField()
    note = HiddenField()
    worth_telling = HiddenField()


class PlaceForm(FlaskForm):
    """Another title, department or file for a procedure."""

    title = StringField("Title")
    department = SelectField("Department", validate_choice=False)
    path = StringField("File", description="Below the content folder; folders are made as needed.")
    note = StringField("Why? (optional)")

    def offer(self, departments: list[Department]) -> None:
        """Let these departments be chosen from."""
        self.department.choices = [SelectChoice(each.id, each.name) for each in departments]


class RetirementForm(FlaskForm):
    """The end of a procedure, and what follows it."""

    successor = StringField(
        "What is used instead",
        description="An id, or words to search for it. Leave it empty if nothing takes its place.",
    )
    note = StringField("Why?")


class ErasureForm(FlaskForm):
    """Erased for good: the id is typed once more."""

    typed = StringField("Type its id to confirm")


def filled(manuscript: Manuscript) -> dict[str, str]:
    """A manuscript as the texts of a form."""
    return {**manuscript.fields, "head": manuscript.head, "body": manuscript.body}
