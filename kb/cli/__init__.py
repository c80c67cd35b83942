"""The `kb` command: the same verbs as the pages, thin."""

from __future__ import annotations

import click

from kb.cli import checking, evaluate, finding, indexing, people, serving, writing


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="kb", prog_name="kb")
def kb() -> None:
    """Procedures that a call centre can find, trust and answer for."""


for _command in (
    serving.serve,
    serving.worker,
    indexing.index,
    checking.check,
    finding.search,
    writing.new,
    evaluate.evaluate,
    people.person,
    people.token,
):
    kb.add_command(_command)
