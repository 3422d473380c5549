"""Brings invoicing's table back to a point in time: `python -m business.restore begin`, `finish`.

Exit status: 0 when all is well, 1 when a person has to decide something, or the books do not
balance, 2 when the command could not be carried out.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from accounts import choose
from accounts.choice import Endpoint, OnAws, Profiles
from business import books
from business.deployed import Deployed
from business.restore import command
from operate import cli, times
from operate.system import Environment, System

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)

Point = Annotated[str, typer.Argument(metavar="POINT", help=f"In time: {times.EXPECTED}")]


@app.callback()
def use_system(
    context: typer.Context,
    assembly: cli.Assembly = Path("cdk.out"),
    endpoint: Endpoint = None,
    aws: OnAws = False,
    profile: Profiles = None,
) -> None:
    """Bring invoicing's table back to a point in time; no number is given twice."""
    accounts = choose(assembly, endpoint=endpoint, profile_options=profile or (), aws=aws)
    context.obj = Deployed(System.of(assembly, accounts, Environment()))
    cli.say(f"on {accounts.where}")


@app.command()
def begin(context: typer.Context, point: Point) -> None:
    """Pause who uses the table, and restore it into a new one. It may take an hour."""
    typer.echo(f"restoring into {command.begin(context.obj, _instant(point), cli.say)}")


@app.command()
def finish(
    context: typer.Context,
    point: Point,
    rate: cli.Rate = 500,
    distrust: Annotated[
        bool, typer.Option("--distrust", help="Do not ask the table itself which numbers it gave.")
    ] = False,
    dry_run: cli.DryRun = False,
) -> None:
    """Make the table what it was, with all numbers announced since, and resume."""
    outcome = command.finish(
        context.obj, _instant(point), cli.say, rate=rate, dry_run=dry_run, distrust=distrust
    )
    for each in outcome.contradictions:
        typer.echo(f"  to be decided: {each}")
    typer.echo(f"  from {outcome.replay_at:%H:%M:%S} UTC on, one after the other:")
    for replay in outcome.replays:
        typer.echo(f"  {replay}")
    typer.echo(outcome.line)
    if outcome.contradictions:
        raise typer.Exit(1)


@app.command("books")
def show_books(
    context: typer.Context,
    since: Annotated[str, typer.Option(help=f"Of announcements: {times.EXPECTED}")] = "1d",
) -> None:
    """Compare orders, invoices and announcements, when no event is on its way."""
    found = books.audit(context.obj, times.instant("--since", since, datetime.now(UTC)))
    typer.echo(found)
    if not found.balanced:
        raise typer.Exit(1)


def _instant(point: str) -> datetime:
    """The point in time, to the second, which is as exactly as a table can be restored."""
    return times.instant("POINT", point, datetime.now(UTC)).replace(microsecond=0)


if __name__ == "__main__":
    cli.run(app, "python -m business.restore")
