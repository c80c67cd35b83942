"""What is about to be changed, written down before it is: a killed kb's successor finishes it."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from msgspec import Struct

from kb import durable
from kb.storage.git.repository import Author, Note


class Intent(Struct, frozen=True):
    """Files about to be changed. `before` and `after` name blobs, None where there is no file."""

    before: dict[str, str | None]
    after: dict[str, str | None]
    note: Note


class WriteAheadLog:
    """The intents of one folder, each a small file; there is at most one unless kb was killed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def enter(self, intent: Intent) -> Path:
        """Write it down; after this returns no crash loses it. Raises OSError."""
        self._folder.mkdir(exist_ok=True)
        page = self._folder / f"{secrets.token_hex(8)}.json"
        durable.write_new(page, json.dumps(_told(intent)).encode())
        durable.sync(self._folder)
        return page

    def left(self) -> Iterator[tuple[Path, Intent | None]]:
        """What was begun and not ended; None for one that was not even written whole."""
        try:
            pages = sorted(self._folder.iterdir())
        except FileNotFoundError:
            return
        for page in pages:
            try:
                yield page, _understood(json.loads(page.read_text(encoding="utf-8")))
            except (ValueError, KeyError, TypeError):
                yield page, None


def _told(intent: Intent) -> dict[str, object]:
    note = intent.note
    return {
        "before": intent.before,
        "after": intent.after,
        "note": note.text,
        "name": note.by.name,
        "email": note.by.email,
        "at": note.at.isoformat(),
        "worth_telling": note.worth_telling,
    }


def _understood(told: dict[str, Any]) -> Intent:
    by, at = Author(told["name"], told["email"]), datetime.fromisoformat(told["at"])
    note = Note(told["note"], by, at, bool(told["worth_telling"]))
    return Intent(dict(told["before"]), dict(told["after"]), note)
