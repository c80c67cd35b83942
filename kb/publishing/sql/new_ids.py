"""What a new procedure may be called: the next free id of its department, and its folder. SQL."""

from __future__ import annotations

import posixpath
import re
from collections import Counter
from collections.abc import Sequence

from sqlalchemy import Engine, select

from kb.database import addresses, reading
from kb.database import procedures as table

_NUMBERED = re.compile(r"([A-Za-z]{1,12}-)(\d{1,9})")


class NewIds:
    """Looks at what there is and was."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def next_id(self, department: str) -> str:
        """The first free id after those of the department ("SHP-016"); no id is ever used twice.

        A department without numbered ids begins with its first letters.
        """
        return self.next_ids(department, 1)[0]

    def next_ids(self, department: str, n: int) -> list[str]:
        """The `n` first free ids of the department, as `next_id`."""
        with reading(self._engine) as connection:
            own = connection.scalars(
                select(table.c.id).where(table.c.department == department)
            ).all()
            prefix, width = _prefix(own, department)
            like = f"{prefix}%"
            known = set(connection.scalars(select(table.c.id).where(table.c.id.like(like))))
            once = addresses.c.procedure_id
            known |= set(connection.scalars(select(once).where(once.like(like))))
            known |= set(
                connection.scalars(select(addresses.c.path).where(addresses.c.path.like(like)))
            )
        numbers = [int(found[2]) for found in map(_NUMBERED.fullmatch, known) if found]
        first = max(numbers, default=0) + 1
        return [f"{prefix}{number:0{width}}" for number in range(first, first + n)]

    def folder_of(self, department: str) -> str:
        """Where the department keeps most of its files; a folder of its name where it has none."""
        with reading(self._engine) as connection:
            paths = connection.scalars(select(table.c.path).where(table.c.department == department))
            folders = Counter(posixpath.dirname(path) for path in paths)
        return folders.most_common(1)[0][0] if folders else department


def _prefix(ids: Sequence[str], department: str) -> tuple[str, int]:
    found = [match for one in ids if (match := _NUMBERED.fullmatch(one))]
    if not found:
        return f"{re.sub(r'[^A-Za-z]', '', department)[:3].upper() or 'KB'}-", 3
    prefix = Counter(match[1] for match in found).most_common(1)[0][0]
    return prefix, max(len(match[2]) for match in found if match[1] == prefix)
