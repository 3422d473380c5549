"""What is told of a drill that did not come right: what is missing, where it is, how it came so."""

import time
from collections.abc import Callable
from pathlib import Path

import typer

from accounts.emulated import Emulated
from business.drill.outcome import Outcome
from local.system import System
from operate import cli
from operate import system as operated
from operate.errors import OperateError
from operate.follow import follow
from operate.waiting import waits

FOLLOWED = 3
LISTED = 20
DAY_S = 86_400.0


def tell(system: System, assembly: Path, outcome: Outcome, say: Callable[[str], None]) -> None:
    """Says what is wrong; prints what waits where, and the steps of the first orders."""
    say(str(outcome.books))
    say(str(outcome.lake))
    for subject, how in outcome.wrong[:LISTED]:
        say(f"{subject} {how}" if subject not in how else how)
    deployed = operated.System.of(assembly, Emulated(system.endpoint), operated.Environment())
    found = waits(deployed)
    if found.rows():
        cli.print_table(cli.WAITS, found.rows())
    for subject in list(dict.fromkeys(subject for subject, _ in outcome.wrong))[:FOLLOWED]:
        typer.echo(f"What befell {subject}:")
        try:
            cli.print_steps(follow(deployed, subject, time.time() - DAY_S))
        except OperateError as error:
            say(str(error))
