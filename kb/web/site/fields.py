"""The fields that forms are made of: text as it was typed, with line ends as "\\n"."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

from flask_wtf import FlaskForm
from wtforms import SelectChoice, StringField, TextAreaField
from wtforms.validators import Length, ValidationError

from kb.feedback.model import LONGEST_TEXT
from kb.procedures.model import Department

LONGEST_QUERY = 500


def trimmed(text: str | None) -> str:
    """As typed: a browser sends every line end as two characters, which nobody counted."""
    typed = (text or "").replace("\r\n", "\n").replace("\r", "\n")
    return typed.replace("\0", "").strip()


def some_text(_form: FlaskForm, field: StringField) -> None:
    """A validator: something is there."""
    if not field.data:
        raise ValidationError("Write something here.")


def area(
    label: str, *checks: object, longest: int = LONGEST_TEXT, remark: str = ""
) -> TextAreaField:
    """Text of several lines."""
    message = f"At most {longest:,} characters, please."
    return TextAreaField(
        label,
        filters=[trimmed],
        validators=[*checks, Length(max=longest, message=message)],
        description=remark,
    )


def line(label: str, *checks: object, longest: int) -> StringField:
    """Text of one line."""
    message = f"At most {longest:,} characters, please."
    return StringField(
        label, filters=[trimmed], validators=[*checks, Length(max=longest, message=message)]
    )


def mark(form: FlaskForm, about: str, why: str) -> None:
    """Say why it was refused at the field that this is said of, if the form has it."""
    if about and about in form:
        form[about].errors = [why]


def choices(words: Iterable[StrEnum]) -> list[SelectChoice]:
    """These words to choose from."""
    return [SelectChoice(word.value, word.value.capitalize()) for word in words]


def named(departments: list[Department]) -> list[SelectChoice]:
    """These departments to choose from, by their names."""
    return [SelectChoice(department.id, department.name) for department in departments]
