"""People as rows: reading persons from tables and writing them there, within a transaction."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    delete,
    insert,
    or_,
    select,
    true,
    update,
)

from kb.database import GREATEST_ID, memberships, people
from kb.people.errors import LastAdministrator, NoSuchPerson
from kb.people.person import (
    LONGEST_DEPARTMENT,
    Person,
    folded_email,
    usable_email,
    usable_name,
)
from kb.people.rights import Role


class Newcomer(Struct, frozen=True):
    """Somebody to be added. E-mail and name as typed."""

    email: str
    name: str
    administrator: bool = False
    editor_of: frozenset[str] = frozenset()
    reviewer_of: frozenset[str] = frozenset()


def listed(connection: Connection, which: ColumnElement[bool]) -> list[Person]:
    """All such persons by name, with their roles, in one statement."""
    return gathered(connection.execute(query(which)))


def query(which: ColumnElement[bool]) -> Select[Any]:
    """All such persons by name, a row for each of their roles."""
    return (
        select(people, memberships.c.department, memberships.c.role)
        .outerjoin(memberships, memberships.c.person_id == people.c.id)
        .where(which)
        .order_by(people.c.sort_name, people.c.id)
    )


def gathered(found: Iterable[Row[Any]]) -> list[Person]:
    """The persons of the rows of such a `query`."""
    rows: dict[int, list[Row[Any]]] = {}
    for row in found:
        rows.setdefault(row.id, []).append(row)
    return [_person(of_one) for of_one in rows.values()]


def found(connection: Connection, person_id: int) -> Person:
    """The person of that id. Raises NoSuchPerson."""
    for person in listed(connection, people.c.id == min(person_id, GREATEST_ID)):
        return person
    raise NoSuchPerson("There is no such person.")


def inserted(
    connection: Connection, newcomer: Newcomer, hashed: str, demo: bool, now: datetime
) -> Person:
    """The newcomer as a person. Raises UnusableEmail, UnusableName."""
    name = usable_name(newcomer.name)
    row = insert(people).values(
        email=usable_email(newcomer.email),
        name=name,
        sort_name=name.casefold(),
        password=hashed,
        administrator=newcomer.administrator,
        demo=demo,
        created_at=now,
    )
    (person_id,) = connection.execute(row).inserted_primary_key or (0,)
    set_memberships(connection, person_id, newcomer.editor_of, newcomer.reviewer_of)
    return found(connection, person_id)


def changed(connection: Connection, person_id: int, changes: Mapping[str, object]) -> Person:
    """The person with other values in these columns. Raises NoSuchPerson."""
    one = people.c.id == min(person_id, GREATEST_ID)
    connection.execute(update(people).where(one).values(**changes))
    return found(connection, person_id)


def set_memberships(
    connection: Connection, person_id: int, editor_of: Iterable[str], reviewer_of: Iterable[str]
) -> None:
    """These instead of the ones before. Raises UnusableName for what can be no department's id."""
    wanted = {(usable_name(id, "department", LONGEST_DEPARTMENT), Role.EDITOR) for id in editor_of}
    wanted |= {
        (usable_name(id, "department", LONGEST_DEPARTMENT), Role.REVIEWER) for id in reviewer_of
    }
    connection.execute(delete(memberships).where(memberships.c.person_id == person_id))
    rows = [
        {"person_id": person_id, "department": department, "role": role.value}
        for department, role in sorted(wanted)
    ]
    if rows:
        connection.execute(insert(memberships), rows)


def administrators() -> Select[int]:
    """The ids of all who may enter as administrators, demo people too."""
    return select(people.c.id).where(people.c.administrator, people.c.disabled_at.is_(None))


def ensure_another_administrator(connection: Connection, person_id: int) -> None:
    """Raises LastAdministrator when without this person nobody could keep people.

    Demo people do not count as the other one, since outside demo mode they cannot enter.
    """
    leaving = found(connection, person_id)
    if not leaving.administrator or leaving.disabled:
        return
    others = administrators().where(people.c.id != leaving.id)
    if not leaving.demo:
        others = others.where(people.c.demo.is_(False))
    if connection.scalar(others.limit(1)) is None:
        raise LastAdministrator(
            f"{leaving.name} is the last administrator; make somebody else one first."
        )


def matching(text: str) -> ColumnElement[bool]:
    """Whose name or address holds the text, in whatever case; everybody for an empty one."""
    folded = "".join(letter for letter in folded_email(text) if letter.isprintable())
    if not folded:
        return true()
    columns = (people.c.sort_name, people.c.email)
    return or_(*(column.contains(folded, autoescape=True) for column in columns))


def _person(rows: list[Row[Any]]) -> Person:
    def departments(role: Role) -> frozenset[str]:
        return frozenset(row.department for row in rows if row.role == role)

    first = rows[0]
    return Person(
        id=first.id,
        email=first.email,
        name=first.name,
        administrator=first.administrator,
        editor_of=departments(Role.EDITOR),
        reviewer_of=departments(Role.REVIEWER),
        disabled=first.disabled_at is not None,
        demo=first.demo,
        sessions=first.sessions,
    )
