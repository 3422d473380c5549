"""The operator's commands: `python -m operate list`, `redrive`, `republish`, `replay`, `follow` …

Exit status: 0 when all was done, 1 when something stayed where it was, 2 when the command could not
be carried out.
"""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from operate import cli, consumers, dead_letters, outbox, repair, times, waiting
from operate import follow as following
from operate import redrive as redriving
from operate import replay as replaying
from operate.progress import shown

app = typer.Typer(
    callback=cli.use_system,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

MaybePlace = Annotated[str | None, typer.Argument(help="A dead-letter place: the queue's name.")]
Place = Annotated[str, typer.Argument(help="A dead-letter place: the queue's name.")]
Consumer = Annotated[str, typer.Argument(help="A function, or the queue or stream it reads.")]
Only = Annotated[str | None, typer.Option(help="Only those whose reason has this text in it.")]


@app.command("list")
def list_waiting(
    context: typer.Context,
    as_json: cli.AsJson = False,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Status 1 when something needs a hand.")
    ] = False,
) -> None:
    """What waits anywhere, and why: dead letters, queues, outboxes, consumers off or behind."""
    system = cli.system_of(context)
    with shown("looking", len(system.places("queue"))) as step:
        found = waiting.waits(system, step)
    if as_json:
        cli.print_json(found.as_json())
    else:
        if found.rows():
            cli.print_table(cli.WAITS, found.rows())
        typer.echo(found.line)
    if exit_code and found.needs_a_hand:
        raise typer.Exit(1)


@app.command()
def redrive(
    context: typer.Context,
    place: MaybePlace = None,
    every: cli.All = False,
    only: Only = None,
    rate: cli.Rate = 50,
    dry_run: cli.DryRun = False,
    as_json: cli.AsJson = False,
) -> None:
    """Move dead letters back to where they were going, when the cause is mended."""
    cli.one_or_all("dead-letter place", place, every)
    system = cli.system_of(context)
    places = [one for one in dead_letters.dead_letters(system) if one.redelivered_by is None]
    if place is not None:
        places = [dead_letters.named(system, place)]
    moved = [
        redriving.redrive(system, each, rate=rate, dry_run=dry_run, only=only) for each in places
    ]
    cli.print_moved([each for each in moved if each.moved or each.left], as_json=as_json)


@app.command()
def show(
    context: typer.Context,
    place: MaybePlace = None,
    limit: Annotated[int, typer.Option(min=1, help="At most so many.")] = 10,
) -> None:
    """Print the messages of a dead-letter place as JSON: id, reason, body. They stay there.

    Without a place, the places that there are.
    """
    system = cli.system_of(context)
    if place is None:
        cli.print_table(cli.PLACES, dead_letters.rows(system))
        return
    cli.print_json(repair.shown(system, dead_letters.named(system, place), limit))


@app.command("repair")
def repair_message(
    context: typer.Context,
    place: Place,
    message: Annotated[str, typer.Argument(help="The id of the message, as `show` prints it.")],
    body: Annotated[typer.FileText, typer.Argument(help="A file with the right body; - reads it.")],
    dry_run: cli.DryRun = False,
    as_json: cli.AsJson = False,
) -> None:
    """Send the right body to where a wrong message was going, and delete the wrong one."""
    system = cli.system_of(context)
    letters = dead_letters.named(system, place)
    moved = repair.repaired(system, letters, message, body.read(), dry_run=dry_run)
    cli.print_moved([moved], as_json=as_json)


@app.command()
def discard(
    context: typer.Context,
    place: Place,
    keep: Annotated[Path, typer.Option(help="The file that they are written to first.")],
    only: Only = None,
    dry_run: cli.DryRun = False,
    as_json: cli.AsJson = False,
) -> None:
    """Delete messages that nobody needs from a dead-letter place, and keep them in a file."""
    system = cli.system_of(context)
    letters = dead_letters.named(system, place)
    moved = repair.discarded(system, letters, keep, only=only, dry_run=dry_run)
    cli.print_moved([moved], as_json=as_json)


@app.command()
def republish(
    context: typer.Context,
    stack: Annotated[str | None, typer.Argument(help="A stack, or its bus.")] = None,
    every: cli.All = False,
    older_than: Annotated[float, typer.Option(min=0, help="Seconds; younger is on its way.")] = 60,
    rate: cli.Rate = 50,
    dry_run: cli.DryRun = False,
    as_json: cli.AsJson = False,
) -> None:
    """Publish what an outbox still has."""
    cli.one_or_all("stack", stack, every)
    system = cli.system_of(context)
    boxes = outbox.outboxes(system) if stack is None else [outbox.named(system, stack)]
    moved = [
        outbox.republish(system, box, rate=rate, older_than_s=older_than, dry_run=dry_run)
        for box in boxes
    ]
    cli.print_moved(moved, as_json=as_json)


@app.command()
def replay(
    context: typer.Context,
    bus: Annotated[str, typer.Argument(help="The bus whose archive is replayed.")],
    start: Annotated[str, typer.Argument(metavar="FROM", help=times.EXPECTED)],
    end: Annotated[str, typer.Argument(metavar="TO", help=times.EXPECTED)],
    rules: Annotated[list[str] | None, typer.Argument(help="To these alone; else all.")] = None,
    dry_run: cli.DryRun = False,
) -> None:
    """Let a bus have the events of a time window again, from its archive; wait for the end."""
    now = datetime.now(UTC)
    window = replaying.Window(times.instant("FROM", start, now), times.instant("TO", end, now))
    prepared = replaying.prepared(cli.system_of(context), bus, window, rules or [])
    for warning in prepared.warnings:
        cli.say(f"note: {warning}")
    if not dry_run:
        replaying.run(prepared, cli.say)
    typer.echo(f"{'would replay' if dry_run else 'replayed'} {prepared.label}")


@app.command()
def follow(
    context: typer.Context,
    id: Annotated[str, typer.Argument(help="A correlation id, or any id that events have.")],
    since: Annotated[str, typer.Option(help=times.EXPECTED)] = "1d",
    as_json: cli.AsJson = False,
) -> None:
    """Every event, log line and dead letter of a process, in all accounts, by time."""
    start = times.instant("--since", since, datetime.now(UTC)).timestamp()
    steps = following.follow(cli.system_of(context), id, start)
    if as_json:
        cli.print_json([step.as_json() for step in steps])
        return
    cli.print_steps(steps)


@app.command()
def pause(context: typer.Context, consumer: Consumer, dry_run: cli.DryRun = False) -> None:
    """Let a consumer read no more: what comes waits in its queue or stream."""
    _switch(context, consumer, on=False, dry_run=dry_run)


@app.command()
def resume(context: typer.Context, consumer: Consumer, dry_run: cli.DryRun = False) -> None:
    """Let a consumer read again what has waited."""
    _switch(context, consumer, on=True, dry_run=dry_run)


def _switch(context: typer.Context, name: str, *, on: bool, dry_run: bool) -> None:
    system = cli.system_of(context)
    verb, done = ("resume", "resumed") if on else ("pause", "paused")
    for consumer in consumers.named(system, name):
        if consumer.is_on == on:
            typer.echo(f"{consumer.label}: is {consumer.state.lower()} already")
            continue
        if not dry_run:
            consumers.switch(system, consumer, on=on)
        typer.echo(f"{consumer.label}: {'would ' + verb if dry_run else done}")


if __name__ == "__main__":
    cli.run(app)
