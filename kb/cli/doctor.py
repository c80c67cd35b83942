"""`kb doctor`: what is not as it should be, what to do about it, and what it mends itself."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import click

from kb import settings as configuration
from kb.cli.common import Build, content_option, refused
from kb.condition.checks import OF_HOME, OF_SERVICE, looked
from kb.condition.concern import Check, Concern, Weight
from kb.condition.facts import FactGroup, fact_groups
from kb.database import DatabaseTrouble
from kb.parts import Parts
from kb.settings import Settings, SettingsError

Looked = TypeVar("Looked")


class Findings:
    """What the checks found, and what was mended, as they went along."""

    def __init__(self, *, mend: bool) -> None:
        self.well: list[str] = []
        self.concerns: list[Concern] = []
        self.mended: list[str] = []
        self.facts: tuple[FactGroup, ...] = ()
        self._mend = mend

    def look(self, checks: Iterable[Check[Looked]], at: Looked) -> None:
        """Make those checks. What is mended is looked at once more."""
        for check in checks:
            found = looked(check, at)
            if found and self._mend and check.mend is not None:
                self.mended += check.mend(at)
                found = looked(check, at)
            self.concerns += found
            if not found:
                self.well.append(check.name)

    @property
    def code(self) -> int:
        """0: nothing is to be done; 1: something is; 2: it cannot be served like this."""
        heaviest = max((one.weight for one in self.concerns), default=Weight.NOTE)
        return 0 if heaviest is Weight.NOTE else 1 if heaviest is Weight.WARNS else 2


@click.command()
@content_option
@click.option("--json", "as_json", is_flag=True, help="A JSON object.")
@click.option(
    "--fix", "--mend", "mend", is_flag=True, help="Fix what can be fixed without losing anything."
)
@click.pass_obj
def doctor(build: Build, as_json: bool, mend: bool) -> None:
    """Say what is not as it should be and what to do; exit code 0, 1 or 2."""
    try:
        settings = configuration.load(os.environ, Path.cwd())
    except SettingsError as error:
        raise refused(error) from error
    found = Findings(mend=mend)
    found.look(OF_HOME, settings)
    parts = _opened(build, settings, found)
    if parts is not None:
        found.look(OF_SERVICE, parts)
        found.facts = fact_groups(parts, datetime.now(UTC))
    click.echo(_as_json(found) if as_json else _in_words(found))
    raise click.exceptions.Exit(found.code)


def _opened(build: Build, settings: Settings, found: Findings) -> Parts | None:
    """The parts. Not where that would change an older database, or cannot be."""
    if any(one.part in ("database", "migrations") for one in found.concerns):
        return None
    try:
        return build()
    except SettingsError as error:
        found.concerns.append(Concern("home", str(error), Weight.STOPS))
    except DatabaseTrouble as error:
        told = f"The database of {settings.home} cannot be used: {error.strerror}."
        found.concerns.append(Concern("database", told, Weight.STOPS))
    return None


def _in_words(found: Findings) -> str:
    words = {Weight.NOTE: "note", Weight.WARNS: "warning"}
    lines = [f"{name}: {told}" for group in found.facts for name, told in group.facts]
    lines += [f"{'well':<8} {', '.join(found.well)}"] if found.well else []
    lines += [f"{'fixed':<8} {one}" for one in found.mended]
    for one in sorted(found.concerns, key=lambda it: it.weight):
        lines.append(f"{words.get(one.weight, 'wrong'):<8} {one.part}: {one.told}")
        if one.remedy:
            lines.append(f"{'':<8} {one.remedy}")
    return "\n".join(lines)


def _as_json(found: Findings) -> str:
    concerns = [
        {"part": it.part, "told": it.told, "weight": it.weight.name.lower(), "remedy": it.remedy}
        for it in found.concerns
    ]
    facts = {group.name: dict(group.facts) for group in found.facts}
    told = {
        "code": found.code,
        "facts": facts,
        "well": found.well,
        "fixed": found.mended,
        "concerns": concerns,
    }
    return json.dumps(told, indent=2, ensure_ascii=False)
