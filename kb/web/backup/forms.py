"""Who takes a backup away says once more who they are."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import PasswordField
from wtforms.validators import InputRequired


class DownloadForm(FlaskForm):
    """A backup holds what everybody wrote, and how everybody signs in."""

    password = PasswordField("Your password", [InputRequired("Type your password.")])
