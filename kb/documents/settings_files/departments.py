"""departments.yml read as Departments. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from typing import Any, TypeVar

from kb.documents.document import decoded, remarks
from kb.documents.settings_files import timetables
from kb.documents.settings_files.names import DEPARTMENTS_FILE, TAKEN
from kb.documents.text import values
from kb.documents.text.near_names import nearest
from kb.documents.text.plain_text import readable, slug
from kb.documents.text.yaml_reading import Loaded, YamlTrouble, load
from kb.procedures.calendar import ROUND_THE_CLOCK, UTC, Calendar
from kb.procedures.model import Department, Departments, Detour, Fault

Value = TypeVar("Value")
_CALENDAR = ("hours", "holidays", "time_zone")
_OF_DEPARTMENT = (
    *("id", "name", "lead", "channel", "answer_within", "review_every", "changes", "notify"),
    *_CALENDAR,
)
_TOP = ("departments", "routes", *_CALENDAR)
_OF_ROUTE = ("to", "category", "audience")
_ROUTES_EXAMPLE = 'write "- category: Refund" and below it "  to: billing"'


def parse_departments(raw: bytes) -> Departments:
    """The departments in `raw`, the bytes of departments.yml; its faults come along."""
    faults: list[Fault] = []
    text = decoded(raw, DEPARTMENTS_FILE, faults)
    try:
        loaded = load(text)
    except YamlTrouble as trouble:
        message = f"no department can be read: {trouble.problem}"
        faults.append(_fault(trouble.line, "broken-yaml", message, trouble.remedy))
        return Departments({}, tuple(faults))
    faults += remarks(DEPARTMENTS_FILE, loaded)
    return _Reading(loaded, faults).departments()


def spoilt(read: Departments) -> bool:
    """Are departments lost that were meant, or what was said of one, such as who reviews?"""
    if read.faults and not read.by_id:
        return True
    lost = ("broken-yaml", "unusable-id", "misspelt-key")
    return any(fault.code in lost for fault in read.faults)


class _Reading:
    def __init__(self, loaded: Loaded, faults: list[Fault]) -> None:
        self._loaded = loaded
        self._faults = faults

    def departments(self) -> Departments:
        found: dict[str, Department] = {}
        self._misspelt_keys()
        for number, written in enumerate(self._list()):
            department = self._department(number, written)
            if department is None:
                continue
            if department.id in found:
                message = f'department "{department.id}" is listed twice; the first counts'
                self._add(self._line(number, "id"), "duplicate-id", message, "remove one")
            found.setdefault(department.id, department)
        detours = tuple(self._detours(frozenset(found)))
        return Departments(found, tuple(self._faults), detours)

    def _misspelt_keys(self) -> None:
        """Names that nobody reads and that are nearly one that counts; others are one's own."""
        value = self._loaded.value
        top = value if isinstance(value, dict) else {}
        listed, routes = top.get("departments") if top else value, top.get("routes")
        prefix = "departments." if top else ""
        self._name_misspelt(top, _TOP, "")
        for number, own in enumerate(listed if isinstance(listed, list) else []):
            self._name_misspelt(own, _OF_DEPARTMENT, f"{prefix}{number}.")
        for number, own in enumerate(routes if isinstance(routes, list) else []):
            self._name_misspelt(own, _OF_ROUTE, f"routes.{number}.")

    def _name_misspelt(self, own: Any, known: Sequence[str], where: str) -> None:
        for key in own if isinstance(own, dict) else {}:
            near = nearest(str(key), known) if key not in known else None
            if near and near not in own:
                line = self._loaded.lines.get(f"{where}{key}", 1)
                told = f'"{str(key)[:60]}" is none of the names that count here, so it is not read'
                self._add(line, "misspelt-key", told, f'did you mean "{near}"?')

    def _detours(self, known: frozenset[str]) -> Iterator[Detour]:
        """The exceptions from who answers, as they stand under "routes"."""
        value = self._loaded.value
        written = value.get("routes") if isinstance(value, dict) else None
        if written is None:
            return
        if not isinstance(written, list):
            self._add(self._route_line(0), "unusable-value", "routes is no list", _ROUTES_EXAMPLE)
            return
        for number, route in enumerate(written):
            detour = self._detour(number, route if isinstance(route, dict) else {}, known)
            if detour is not None:
                yield detour

    def _detour(self, number: int, own: dict[str, Any], known: frozenset[str]) -> Detour | None:
        line = self._route_line(number)
        try:
            to, category, audience = (
                values.text(own.get(name)) for name in ("to", "category", "audience")
            )
        except ValueError as error:
            self._add(line, "unusable-value", f"route {number + 1}: {error}", _ROUTES_EXAMPLE)
            return None
        if to is None or (category is None and audience is None):
            message = f"route {number + 1} does not say what goes to whom"
            self._add(line, "unusable-value", message, _ROUTES_EXAMPLE)
            return None
        if to not in known:
            message = f'route {number + 1} leads to "{to}", which is no department here'
            near = nearest(to, sorted(known))
            remedy = f'did you mean "{near}"?' if near else "add that department"
            self._add(line, "unknown-department", message, remedy)
            return None
        return Detour(to, category, audience)

    def _route_line(self, number: int) -> int:
        lines = self._loaded.lines
        return lines.get(f"routes.{number}.to", lines.get("routes", 1))

    def _list(self) -> list[Any]:
        value = self._loaded.value
        written = value.get("departments") if isinstance(value, dict) else value
        if isinstance(written, list):
            return written
        if written is not None or (value and "departments" not in value):
            message = "there is no list of departments"
            remedy = 'write "departments:" and below it "- id: shipping"'
            self._add(self._loaded.lines.get("departments", 1), "unusable-value", message, remedy)
        return []

    def _department(self, number: int, written: Any) -> Department | None:
        if isinstance(written, str):
            written = {"id": written}
        own = written if isinstance(written, dict) else {}
        line = self._line(number, "id")
        id = self._value(number, own, "id", values.text) or ""
        if not id or slug(id) != id.casefold() or id in TAKEN:
            remedy = 'give it an "id" of letters, digits and "-", such as shipping'
            self._add(line, "unusable-id", f"department {number + 1} has no usable id", remedy)
            return None
        name = self._value(number, own, "name", values.text)
        within = self._value(number, own, "answer_within", values.within, '"8 hours" or "2 days"')
        return Department(
            id,
            name or readable(id),
            self._value(number, own, "lead", values.address),
            self._value(number, own, "channel", values.text),
            within or timedelta(days=2),
            self._value(number, own, "review_every", values.days, '"6 months" or "90 days"'),
            self._calendar(number, own),
            bool(self._value(number, own, "changes", reviewed, '"direct" or "reviewed"')),
            self._value(number, own, "notify", chat_url, '"slack://TokenA/TokenB/TokenC"'),
        )

    def _calendar(self, number: int, own: dict[str, Any]) -> Calendar:
        """Its working hours; what it does not say itself, the top of the file says for all."""
        everyone = self._loaded.value if isinstance(self._loaded.value, dict) else {}
        named = {
            name: own.get(name, everyone.get(name)) for name in ("hours", "holidays", "time_zone")
        }
        written = {name: value for name, value in named.items() if value is not None}
        example = "a list of days such as 2026-12-25"
        hours = self._value(number, written, "hours", timetables.hours, timetables.HOURS_EXAMPLE)
        holidays = self._value(number, written, "holidays", timetables.holidays, example)
        zone = self._value(number, written, "time_zone", timetables.zone, '"Europe/Amsterdam"')
        return Calendar(hours or ROUND_THE_CLOCK, holidays or frozenset(), zone or UTC)

    def _value(
        self,
        number: int,
        own: dict[str, Any],
        name: str,
        read: Callable[[Any], Value],
        example: str = "one line of text",
    ) -> Value | None:
        try:
            return read(own.get(name))
        except ValueError as error:
            whose = f"department {number + 1}: " if self._own_line(number, name) else ""
            message = f"{whose}{name}: {error}"
            self._add(self._line(number, name), "unusable-value", message, f"write {example}")
            return None

    def _line(self, number: int, name: str) -> int:
        lines = self._loaded.lines
        above = lines.get(name, lines.get("departments", 1))
        return self._own_line(number, name) or above

    def _own_line(self, number: int, name: str) -> int | None:
        lines = self._loaded.lines
        return lines.get(f"departments.{number}.{name}", lines.get(f"{number}.{name}"))

    def _add(self, line: int, code: str, message: str, remedy: str) -> None:
        fault = _fault(line, code, message, remedy)
        if fault not in self._faults:
            self._faults.append(fault)


def reviewed(value: Any) -> bool:
    """Do changes to what is published wait for a reviewer?"""
    written = (values.text(value) or "direct").casefold()
    if written not in ("direct", "reviewed"):
        raise ValueError(f'"{written}" is unknown')
    return written == "reviewed"


def chat_url(value: Any) -> str | None:
    """An address of a chat, as Apprise writes them."""
    written = values.text(value)
    if written is not None and ("://" not in written or " " in written):
        raise ValueError("is no address of a chat")
    return written


def _fault(line: int, code: str, message: str, remedy: str) -> Fault:
    return Fault(DEPARTMENTS_FILE, line, code, message, remedy)
