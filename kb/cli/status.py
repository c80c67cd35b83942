"""`kb status`: what this installation is, where its things are, and what it lacks."""

from __future__ import annotations

import json
import platform
from importlib.metadata import version

import click

from kb.cli.common import Build, built, content_option
from kb.condition.checks import concerns
from kb.measuring import tracing
from kb.parts import Parts
from kb.procedures.counting import counted
from kb.search.index import embedding


@click.command()
@content_option
@click.option("--json", "as_json", is_flag=True, help="A JSON object.")
@click.pass_obj
def status(build: Build, as_json: bool) -> None:
    """Say where things are, how much there is, and what is missing."""
    parts = built(build)
    facts, lacking = _facts(parts), missing()
    unsearched = parts.attachments.files.unsearched()
    wrong = [one.told for one in concerns(parts)]
    if as_json:
        reasons = {file.file: file.why for file in unsearched}
        told = {**facts, "not searched": reasons, "missing": lacking, "wrong": wrong}
        click.echo(json.dumps(told, indent=2, ensure_ascii=False))
        return
    for name, fact in facts.items():
        click.echo(f"{name:<12} {fact}")
    for file in unsearched:
        click.echo(f"{'not searched':<12} {file.file}: {file.why}; {file.remedy}")
    for sentence in lacking or ["nothing"]:
        click.echo(f"{'missing':<12} {sentence}")
    for one in wrong:
        click.echo(f"{'wrong':<12} {one}")


def _threshold(parts: Parts) -> str:
    """From when on a search is stood behind, and what that was found out from."""
    found = parts.search.searcher.threshold()
    asked = f"found out with {found.procedures} procedures" if found.procedures else "not asked yet"
    return f"said below a fit of {found.fit} ({asked})"


def _encoder(parts: Parts) -> str:
    """Which sentence encoder there is, and how far it is with the passages."""
    encoding = parts.search.encoding
    if not encoding.set_up:
        return "none"
    try:
        found = encoding.coverage(parts.search.searcher.snapshots())
    except OSError as error:
        return f"cannot be used: {error}"
    return f"{found.encoder}: {found.made} of {found.passages} passages have vectors"


def _attachments(parts: Parts) -> str:
    """How many of the files beside procedures are searched."""
    known = parts.attachments.files.known().values()
    read, less = sum(one.places > 0 for one in known), sum(bool(one.why) for one in known)
    return (
        f"{counted(read, 'file')} read; {less} not, or not wholly"
        if less
        else (f"{counted(read, 'file')} read")
    )


def missing() -> list[str]:
    """What could not be had at set-up, and what it costs; a sentence or two each."""
    lacking = [] if embedding.installed() else [embedding.MISSING]
    return lacking + ([tracing.MISSING] if tracing.asked_for() and not tracing.installed() else [])


def _backups(parts: Parts) -> str:
    folder, kept = parts.backups.folder, parts.backups.kept()
    if folder is None:
        return "none are made by themselves: KB_BACKUP_FOLDER is not set"
    newest = f", the newest of {kept[0].at:%Y-%m-%d %H:%M} UTC" if kept else ""
    return f"{folder.path}: {len(kept)}{newest}"


def _facts(parts: Parts) -> dict[str, str]:
    settings = parts.settings
    files, indexed = len(parts.catalogue.stamps()), len(parts.search.index.fingerprints())
    return {
        "kb": f"{version('kb')}, Python {platform.python_version()}, {platform.machine()}",
        "home": str(settings.home),
        "content": f"{settings.content}: {files} files read",
        "index": f"{settings.search_index}: {indexed} procedures ({settings.language})",
        "attachments": _attachments(parts),
        "nothing fits": _threshold(parts),
        "database": str(parts.engine.url),
        "people": str(parts.people.directory.everyone(1, 1).total),
        "backups": _backups(parts),
        "meaning": "installed" if embedding.installed() else "not installed",
        "encoder": _encoder(parts),
    }
