"""The form of a bulletin."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import DateTimeLocalField, SelectField
from wtforms.validators import InputRequired

from kb.notices.bulletin import LONGEST_TEXT, LONGEST_WORDS, words_in
from kb.procedures.model import Department
from kb.web.site.fields import line, named, some_text


class BulletinForm(FlaskForm):
    """What holds, until when, and for which searches."""

    text = line("What holds", some_text, longest=LONGEST_TEXT)
    department = SelectField("Whose procedures it concerns")
    words = line("Searches that it concerns", longest=LONGEST_WORDS)
    until = DateTimeLocalField(
        "Until", format="%Y-%m-%dT%H:%M", validators=[InputRequired("Choose a day and a time.")]
    )

    def offer(self, known: list[Department]) -> BulletinForm:
        """Let these be chosen from."""
        self.department.choices = named(known)
        self.words.description = (
            "With commas between: parcel, where is my order. Empty: all searches that lead to that"
            " department."
        )
        return self

    @property
    def concerned(self) -> tuple[str, ...]:
        """The words, each once."""
        return words_in(self.words.data or "")
