"""The people in the database: who there is, their roles, and the way in."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec import Struct
from sqlalchemy import ColumnElement, Engine, bindparam, func, or_, select, update

from kb import page_addresses
from kb.database import GREATEST_ID, memberships, people, reading, writing
from kb.notices.kinds import Kind
from kb.notices.sql.queue import Notice, enqueue
from kb.people.endings import Endings
from kb.people.errors import AlreadyThere, SignInRefused, UnusableEmail
from kb.people.passwords import Passwords
from kb.people.person import Person, folded_email, usable_email
from kb.people.rights import Role
from kb.people.sql import rows
from kb.people.sql.rows import Newcomer
from kb.people.sql.sign_in_attempts import HOUR, Attempts

# Made once: SQLAlchemy takes as long to put a statement together as the database to answer it.
_NAMES = select(people.c.email, people.c.name).where(
    people.c.email.in_(bindparam("emails", expanding=True))
)
_OF_ID = rows.query(people.c.id == bindparam("id"))


class Roster(Struct, frozen=True):
    """One page of people by name, and how many there are on all pages."""

    people: tuple[Person, ...]
    total: int


class Directory:
    """All people. Methods that take an id raise NoSuchPerson for one that nobody has."""

    def __init__(self, engine: Engine, passwords: Passwords, endings: Endings) -> None:
        self._engine = engine
        self._passwords = passwords
        self._endings = endings
        self._attempts = Attempts(engine)

    def add(
        self,
        email: str,
        name: str,
        password: str,
        *,
        administrator: bool = False,
        editor_of: Iterable[str] = (),
        reviewer_of: Iterable[str] = (),
        demo: bool = False,
        now: datetime,
    ) -> Person:
        """A new person. Raises AlreadyThere, UnusableEmail, UnusableName, WeakPassword."""
        newcomer = Newcomer(
            email, name, administrator, frozenset(editor_of), frozenset(reviewer_of)
        )
        hashed = self._passwords.hashed(password, email, name)
        with writing(self._engine, "people") as connection:
            folded = usable_email(email)
            if connection.scalar(select(people.c.id).where(people.c.email == folded)):
                raise AlreadyThere(f"{folded} is there already.")
            return rows.inserted(connection, newcomer, hashed, demo, now)

    def get(self, person_id: int) -> Person | None:
        """The person of that id, disabled ones and demo people too."""
        if not 0 < person_id <= GREATEST_ID:
            return None
        with reading(self._engine) as connection:
            return next(iter(rows.gathered(connection.execute(_OF_ID, {"id": person_id}))), None)

    def by_email(self, email: str) -> Person | None:
        """The person of that address, however it is spelled."""
        try:
            return self._one(people.c.email == usable_email(email))
        except UnusableEmail:
            return None

    def names(self, emails: Iterable[str]) -> dict[str, str]:
        """Names by address, spelled as asked; addresses of nobody are left out."""
        folded = {email: folded_email(email) for email in emails}
        asked = {email for email in folded.values() if email.isprintable()}
        if not asked:
            return {}
        with reading(self._engine) as connection:
            known = dict(connection.execute(_NAMES, {"emails": list(asked)}).all())
        return {email: known[fold] for email, fold in folded.items() if fold in known}

    def staff(self) -> dict[str, frozenset[str] | None]:
        """The departments of everybody, by address; None for who is disabled."""
        held = memberships.c.department
        query = select(people.c.email, people.c.disabled_at, held).outerjoin(
            memberships, memberships.c.person_id == people.c.id
        )
        found: dict[str, set[str] | None] = {}
        with reading(self._engine) as connection:
            for row in connection.execute(query):
                some = found.setdefault(row.email, set() if row.disabled_at is None else None)
                if some is not None and row.department is not None:
                    some.add(row.department)
        return {email: None if some is None else frozenset(some) for email, some in found.items()}

    def members(self, departments: Iterable[str]) -> tuple[Person, ...]:
        """The editors and reviewers of these departments who are not disabled, by name."""
        of_them = memberships.c.department.in_(list(departments))
        member = select(memberships.c.person_id).where(of_them)
        with reading(self._engine) as connection:
            found = rows.listed(connection, people.c.id.in_(member))
        return tuple(person for person in found if not person.disabled)

    def around(
        self, department: str, emails: Iterable[str], *, demo_allowed: bool
    ) -> tuple[Person, ...]:
        """Those who may enter of its members, those of these addresses, and administrators."""
        member = select(memberships.c.person_id).where(memberships.c.department == department)
        folded = {folded_email(email) for email in emails}
        known = people.c.email.in_(sorted(email for email in folded if email.isprintable()))
        near = or_(people.c.id.in_(member), known, people.c.administrator)
        with reading(self._engine) as connection:
            found = rows.listed(connection, near)
        return tuple(one for one in found if one.may_enter(demo_allowed=demo_allowed))

    def has_administrator(self) -> bool:
        """Is there one who may enter outside demo mode?"""
        with reading(self._engine) as connection:
            return (
                connection.scalar(rows.administrators().where(people.c.demo.is_(False))) is not None
            )

    def everyone(self, page: int, per_page: int, text: str = "") -> Roster:
        """People by name, `page` from 1; `text` is looked for in names and addresses."""
        match = rows.matching(text)
        offset = min((max(page, 1) - 1) * per_page, GREATEST_ID)
        wanted = (
            select(people.c.id)
            .where(match)
            .order_by(people.c.sort_name, people.c.id)
            .limit(per_page)
            .offset(offset)
        )
        with reading(self._engine) as connection:
            total = connection.scalar(select(func.count()).select_from(people).where(match))
            found = rows.listed(connection, people.c.id.in_(wanted))
        return Roster(tuple(found), total or 0)

    def administrators(self) -> tuple[Person, ...]:
        """Those who are not disabled, by name."""
        with reading(self._engine) as connection:
            found = rows.listed(connection, people.c.administrator)
        return tuple(person for person in found if not person.disabled)

    def disable(self, person_id: int, now: datetime, notices: Iterable[Notice] = ()) -> Person:
        """Out at once: no sign-in, session or token holds. Raises LastAdministrator.

        `notices` are queued with it.
        """
        self._endings.note()
        with writing(self._engine, "people") as connection:
            rows.ensure_another_administrator(connection, person_id)
            enqueue(connection, notices, now)
            changes = {"disabled_at": now, "sessions": people.c.sessions + 1}
            return rows.changed(connection, person_id, changes)

    def enable(self, person_id: int) -> Person:
        """Let a disabled person in again, with the password they had."""
        with writing(self._engine, "people") as connection:
            return rows.changed(connection, person_id, {"disabled_at": None})

    def set_password(
        self, person_id: int, password: str, now: datetime, by: Person | None = None
    ) -> Person:
        """A new password; every session begun before ends, and they are told. Raises WeakPassword.

        `by` set it; None is somebody at the server. The answer's `sessions` is what a session has
        to carry from now on.
        """
        with reading(self._engine) as connection:
            whose = rows.found(connection, person_id)
        hashed = self._passwords.hashed(password, whose.email, whose.name)
        self._endings.note()
        with writing(self._engine, "people") as connection:
            changes = {"password": hashed, "sessions": people.c.sessions + 1}
            changed = rows.changed(connection, person_id, changes)
            enqueue(connection, [_told_of_password(changed, by)], now)
            return changed

    def end_sessions(self, person_id: int) -> Person:
        """Every session begun before ends; the answer's `sessions` is what a new one carries."""
        self._endings.note()
        with writing(self._engine, "people") as connection:
            return rows.changed(connection, person_id, {"sessions": people.c.sessions + 1})

    def set_roles(
        self,
        person_id: int,
        *,
        administrator: bool,
        editor_of: Iterable[str],
        reviewer_of: Iterable[str],
    ) -> Person:
        """These roles instead of the ones they had. Raises LastAdministrator, UnusableName."""
        with writing(self._engine, "people") as connection:
            if not administrator:
                rows.ensure_another_administrator(connection, person_id)
            rows.changed(connection, person_id, {"administrator": administrator})
            rows.set_memberships(
                connection, person_id, frozenset(editor_of), frozenset(reviewer_of)
            )
            return rows.found(connection, person_id)

    def set_member(self, person_id: int, department: str, roles: Iterable[Role]) -> Person:
        """These roles in that department, and everywhere else those they have."""
        with writing(self._engine, "people") as connection:
            person, wanted = rows.found(connection, person_id), set(roles)
            held = {Role.EDITOR: person.editor_of, Role.REVIEWER: person.reviewer_of}
            there = {
                role: some | {department} if role in wanted else some - {department}
                for role, some in held.items()
            }
            rows.set_memberships(connection, person_id, there[Role.EDITOR], there[Role.REVIEWER])
            return rows.found(connection, person_id)

    def sign_in(
        self, email: str, password: str, address: str, now: datetime, *, demo_allowed: bool
    ) -> Person:
        """Who this is. `address` is the network address. Raises SignInRefused, TooManyAttempts.

        Unknown addresses and wrong passwords take the same time and read the same.
        """
        folded = folded_email(email)
        self._attempts.begin(folded, address, now)
        person, hashed = self._credentials(folded)
        right = self._passwords.match(hashed, password)
        if not (right and person and hashed and person.may_enter(demo_allowed=demo_allowed)):
            raise SignInRefused("E-mail or password is wrong.")
        self._attempts.succeeded(folded, address)
        if self._passwords.outdated(hashed):
            self._rehash(person.id, hashed, password)
        return person

    def may_again(self, person_id: int, what: str, most: int, now: datetime) -> bool:
        """May they do that once more? At most so often within 15 minutes; it is counted."""
        return self._attempts.again(f"{what} {person_id}", most, now)

    def may_this_hour(self, person_id: int, what: str, most: int, now: datetime) -> bool:
        """The same for an hour."""
        return self._attempts.again(f"{what} {person_id}", most, now, HOUR)

    def admit(self, newcomers: Sequence[Newcomer], password: str, now: datetime) -> None:
        """Demo people: add those who are missing, set back the password of those who are there.

        Names, roles and whether they are disabled stay as they are; a real person who has such
        an address is left alone. One hash is shared: the password is public anyway, and making
        one for each would hold up the start. Where all share one, it was made here and holds.
        """
        addresses = [usable_email(newcomer.email) for newcomer in newcomers]
        known = select(people.c.email, people.c.password, people.c.demo).where(
            people.c.email.in_(addresses)
        )
        with reading(self._engine) as connection:
            there = {row.email: row for row in connection.execute(known)}
        stale = {row.password for row in there.values() if row.demo}
        if len(there) == len(addresses) > 1 and len(stale) == 1:
            return
        current = {hashed for hashed in stale if self._passwords.match(hashed, password)}
        if len(there) == len(addresses) and stale == current:
            return
        hashed = min(current, default="") or self._passwords.rehashed(password)
        with writing(self._engine, "people") as connection:
            there = {row.email: row for row in connection.execute(known)}
            for newcomer, email in zip(newcomers, addresses, strict=True):
                if email not in there:
                    rows.inserted(connection, newcomer, hashed, True, now)
                elif there[email].demo and there[email].password not in current:
                    reset = update(people).where(people.c.email == email)
                    connection.execute(reset.values(password=hashed))

    def _one(self, which: ColumnElement[bool]) -> Person | None:
        with reading(self._engine) as connection:
            return next(iter(rows.listed(connection, which)), None)

    def _credentials(self, folded: str) -> tuple[Person | None, str | None]:
        if not folded.isprintable():
            return None, None
        with reading(self._engine) as connection:
            person = next(iter(rows.listed(connection, people.c.email == folded)), None)
            hashed = connection.scalar(select(people.c.password).where(people.c.email == folded))
        return person, hashed

    def _rehash(self, person_id: int, before: str, password: str) -> None:
        """Store with today's parameters, unless the password was changed meanwhile."""
        same = (people.c.id == person_id) & (people.c.password == before)
        hashed = self._passwords.rehashed(password)
        with writing(self._engine, "people") as connection:
            connection.execute(update(people).where(same).values(password=hashed))


def _told_of_password(whose: Person, by: Person | None) -> Notice:
    who = "somebody at the server" if by is None else by.name
    who = "you" if by is not None and by.id == whose.id else who
    return Notice(
        whose.id,
        Kind.ACCOUNT,
        f"password:{whose.sessions}",
        f"Your password was changed by {who}",
        "If you did not want that, tell an administrator at once.",
        page_addresses.ACCOUNT,
    )
