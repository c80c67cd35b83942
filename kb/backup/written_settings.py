"""The settings in force as a kb.toml for another home; secrets only where they are asked for."""

from __future__ import annotations

from msgspec import json
from msgspec.structs import fields

from kb.settings import Settings

# Where things are: for the home to say that they come to.
_PLACES = frozenset({"home", "content", "search_index", "database_url", "backup_folder", "encoder"})
_REFUSED_WITHOUT = {"smtp_user": "smtp_password"}


def written(settings: Settings, secrets: bool) -> bytes:
    """What differs from the default; what is left out is a remark that says so."""
    left_out = frozenset() if secrets else settings.hidden
    lines = ["# The settings when the backup was made, from kb.toml and KB_* together."]
    for field in fields(settings):
        value = getattr(settings, field.name)
        if field.name in _PLACES or value == field.default:
            continue
        if field.name in left_out:
            lines.append(f"# {field.name} was set. It is a secret, and not in this backup.")
        elif _REFUSED_WITHOUT.get(field.name) in left_out:
            lines.append(f"# {field.name} = {_spelled(value)}")
        else:
            lines.append(f"{field.name} = {_spelled(value)}")
    return "\n".join([*lines, ""]).encode()


def _spelled(value: object) -> str:
    """As TOML has it, which writes these as JSON does."""
    return json.encode(value).decode()
