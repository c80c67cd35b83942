"""What stood in a home is not made anew where it was lost."""

from __future__ import annotations

from kb.settings import Settings, SettingsError, restoring_stage


def ensure_not_lost(settings: Settings) -> None:
    """A home that was in use has its database, and all of a backup. Raises SettingsError."""
    if restoring_stage(settings.var).exists():
        raise SettingsError(
            "A backup was being restored here, and that was cut off: run kb restore once more."
        )
    base = settings.var / "kb.sqlite3"
    named = settings.database_url == f"sqlite:///{base}"
    if named and not base.exists() and (settings.var / "secret_key").exists():
        raise SettingsError(
            f"{base} is not there, though this home was in use: put it back from a backup, or "
            f"make an empty file of that name to begin without people, votes and questions."
        )
