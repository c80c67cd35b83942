"""How people want to be told, in the database."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, select

from kb.database import notice_choices as table
from kb.database import reading, writing
from kb.database.upsert import insert_into
from kb.notices.kinds import Choice

USUAL = Choice()
_CHUNK = 500


class Choices:
    """Everybody's choice; who made none has the usual one."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of(self, person_id: int) -> Choice:
        """That person's."""
        with reading(self._engine) as connection:
            return chosen(connection, [person_id]).get(person_id, USUAL)

    def of_all(self, person_ids: Collection[int]) -> dict[int, Choice]:
        """The choices of those of them who made one."""
        with reading(self._engine) as connection:
            return chosen(connection, person_ids)

    def save(self, person_id: int, choice: Choice, now: datetime) -> None:
        """This instead of what they chose before."""
        values = {
            "mail": choice.mail,
            "chat_url": choice.chat_url,
            "paces": dict(choice.paces),
            "changed_at": now,
        }
        self._write(person_id, values, values)

    def stop_mail(self, person_id: int, now: datetime) -> None:
        """No more mail; all else stays as they chose it."""
        only = {"mail": False, "changed_at": now}
        self._write(person_id, {**only, "chat_url": None, "paces": {}}, only)

    def _write(self, person_id: int, new: dict[str, Any], changed: dict[str, Any]) -> None:
        with writing(self._engine, "notices") as connection:
            wanted = insert_into(connection, table).values(person_id=person_id, **new)
            connection.execute(
                wanted.on_conflict_do_update(index_elements=["person_id"], set_=changed)
            )


def chosen(connection: Connection, person_ids: Collection[int]) -> dict[int, Choice]:
    """The choices of those people who made one."""
    ids = sorted(set(person_ids))
    found: dict[int, Choice] = {}
    for start in range(0, len(ids), _CHUNK):
        wanted = select(table).where(table.c.person_id.in_(ids[start : start + _CHUNK]))
        for row in connection.execute(wanted):
            found[row.person_id] = Choice(row.mail, row.chat_url, row.paces)
    return found
