"""Where the files lie that are no code: in the package of a wheel, beside it in a checkout."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent


def _folder(in_wheel: str, in_checkout: str) -> Path:
    """The build puts the second into the package under the first name (pyproject.toml)."""
    packed = _PACKAGE / in_wheel
    return packed if packed.is_dir() else _PACKAGE.parent / in_checkout


STATIC = _PACKAGE / "static"
MIGRATIONS = _PACKAGE / "migrations"
TEMPLATES = _folder("templates", "templates")
SAMPLE = _folder("sample", "content")  # the content of the sample company
