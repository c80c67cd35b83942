"""The `kb` command: the same verbs as the pages, thin."""

from __future__ import annotations

import click

from kb.cli import (
    audit,
    backup,
    checking,
    database,
    departments,
    doctor,
    exporting,
    finding,
    home,
    importing,
    indexing,
    people,
    serving,
    status,
    writing,
)
from kb.cli.common import Sentences
from kb.cli.evaluation import evaluate


@click.group(
    cls=Sentences,
    context_settings={"help_option_names": ["-h", "--help"]},
    invoke_without_command=True,
)
@click.version_option(package_name="kb", prog_name="kb")
@click.pass_context
def kb(context: click.Context) -> None:
    """Procedures that a call centre can find, trust and answer for."""
    if context.invoked_subcommand is None:
        click.echo(f"{context.get_help()}\n\n{home.introduction()}")


for _command in (
    serving.serve,
    serving.worker,
    indexing.index,
    checking.check,
    status.status,
    doctor.doctor,
    finding.search,
    writing.new,
    departments.departments,
    importing.bring_in,
    exporting.take_out,
    backup.backup,
    backup.verify,
    backup.restore,
    database.database,
    evaluate.evaluate,
    people.person,
    people.token,
    audit.audit,
):
    kb.add_command(_command)
