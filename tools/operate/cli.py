"""What every command on the command line does: finds the system, prints results, tells errors."""

import json
import signal
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
from botocore.exceptions import BotoCoreError, ClientError, ConnectionError, HTTPClientError
from botocore.parsers import ResponseParserError
from rich.console import Console
from rich.table import Table

from accounts import AccountError, choose
from accounts.choice import Endpoint, OnAws, Profiles
from operate.errors import Interrupted, OperateError
from operate.follow import Step
from operate.progress import Moved
from operate.system import Environment, System

INTERRUPTED = 130
_NARROWEST = 160

DryRun = Annotated[bool, typer.Option("--dry-run", help="Say what would be done; change nothing.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Rate = Annotated[float, typer.Option(min=0.1, help="At most so many a second.")]
WAITS = ("what", "where", "how many", "oldest", "why")
"""The headings of what waits anywhere."""

PLACES = ("place", "account", "dead letters of", "emptied by")
"""The headings of all dead-letter places."""

All = Annotated[bool, typer.Option("--all", help="All there are.")]
Assembly = Annotated[
    Path, typer.Option(help="The cloud assembly that was deployed, as `cdk synth` wrote it.")
]
Account = Annotated[str | None, typer.Option(help="Of stacks that name none.")]
Region = Annotated[str | None, typer.Option(help="Of stacks that name none.")]


def use_system(
    context: typer.Context,
    assembly: Assembly = Path("cdk.out"),
    endpoint: Endpoint = None,
    aws: OnAws = False,
    profile: Profiles = None,
    account: Account = None,
    region: Region = None,
) -> None:
    """What waits in a system that moves events, and what to do about it."""
    accounts = choose(assembly, endpoint=endpoint, profile_options=profile or (), aws=aws)
    context.obj = System.of(assembly, accounts, Environment(account, region))
    say(f"on {accounts.where}")


def system_of(context: typer.Context) -> System:
    """The system that the command is about."""
    found: System = context.obj
    return found


def say(line: str) -> None:
    """Tells a person something that is no result: on standard error."""
    Console(stderr=True, highlight=False, soft_wrap=True).print(line, markup=False, style="dim")


def print_json(value: Any) -> None:
    """Prints a result as JSON."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False, default=str))


def print_table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Prints a result as a table."""
    console = Console()
    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*row)
    (console if console.is_terminal else Console(width=_NARROWEST)).print(table, markup=False)


def print_steps(steps: Sequence[Step]) -> None:
    """Prints the steps of a process, and how many there are of what."""
    rows = [
        (
            f"{datetime.fromtimestamp(step.at, UTC):%H:%M:%S.%f}"[:-3],
            step.account,
            step.where,
            step.text if step.what != "dead letter" else f"DEAD LETTER {step.text}",
            f"{step.took_s:.3f} s after {step.after}" if step.took_s is not None else "",
        )
        for step in steps
    ]
    print_table(("time (UTC)", "account", "where", "what", "took"), rows)
    counts = {
        what: sum(step.what == what for step in steps) for what in ("event", "log", "dead letter")
    }
    told = ", ".join(f"{count} {what}{'s' * (count != 1)}" for what, count in counts.items())
    typer.echo(f"{told} in {steps[-1].at - steps[0].at:.3f} s")


def print_moved(moved: Sequence[Moved], *, as_json: bool) -> None:
    """Prints what was moved; the status is 1 when something stayed that should have moved."""
    if as_json:
        print_json([each.as_json() for each in moved])
    else:
        for each in moved:
            for line in each.lines():
                typer.echo(line)
        if len(moved) != 1:
            verb = "would move" if any(each.dry_run for each in moved) else "moved"
            total, stayed = sum(m.moved.total() for m in moved), sum(m.left.total() for m in moved)
            typer.echo(f"{verb} {total or 'nothing'}" + f"; {stayed} stayed" * bool(stayed))
    if any(each.left for each in moved):
        raise typer.Exit(1)


def one_or_all(what: str, name: str | None, every: bool) -> None:
    """Refuses neither and both of a name and --all. Raises OperateError."""
    if (name is None) != every:
        raise OperateError(f"expected the name of a {what}, or --all, and not both")


def run(app: typer.Typer, name: str = "python -m operate") -> None:
    """Runs a command, whose help calls it by this name.

    What a person can put right is told in one message, with status 2.
    """
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    try:
        app(prog_name=name)
    except (OperateError, AccountError) as error:
        say(f"error: {error}")
        sys.exit(2)
    except (ConnectionError, HTTPClientError) as error:
        say(f"error: no answer: {error} Is it up? What was not yet accepted is where it was")
        sys.exit(2)
    except ResponseParserError as error:
        say(f"error: what answers there is no AWS: {str(error).splitlines()[0]}")
        sys.exit(2)
    except (BotoCoreError, ClientError) as error:
        say(f"error: AWS refuses: {error}")
        sys.exit(2)
    except Interrupted:
        say("interrupted; what was not yet accepted is where it was")
        sys.exit(INTERRUPTED)


def _interrupt(*_: Any) -> None:
    # Not KeyboardInterrupt, which typer keeps to itself.
    raise Interrupted
