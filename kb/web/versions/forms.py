"""Forms of the history."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import (
    HiddenField,
)
from wtforms.validators import Length


class RestoreForm(FlaskForm):
    """An old version to be saved anew; `base` is the version of today's text that was looked at."""

    version = HiddenField(validators=[Length(min=7, max=64)])
    base = HiddenField(validators=[Length(min=12, max=12)])
