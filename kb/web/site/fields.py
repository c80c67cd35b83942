"""The fields that forms are made of: text as it was typed, with line ends as "\\n"."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import StringField, TextAreaField
from wtforms.validators import Length, ValidationError

from kb.feedback.model import LONGEST_TEXT


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
