"""What every command on the command line does: shows progress, tells errors, can be stopped."""

import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from local import deploy
from local.errors import LocalRunError

console = Console(highlight=False, soft_wrap=True)
INTERRUPTED = 130


@contextmanager
def deploying() -> Iterator[deploy.Progress]:
    """Shows a bar while stacks deploy."""
    with Progress(
        TextColumn("deploying {task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as bar:
        task = bar.add_task("", total=None)

        def progress(stack: str, done: int, total: int) -> None:
            bar.update(task, description=stack, completed=done, total=total)

        yield progress


def run(app: typer.Typer, status: int = 1) -> None:
    """Runs a command; what a person can put right is told in one message, with this status."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    try:
        app()
    except LocalRunError as error:
        console.print(f"[red]error:[/red] {escape(str(error))}")
        sys.exit(status)
    except Interrupted:
        console.print("interrupted; nothing is left running")
        sys.exit(INTERRUPTED)


class Interrupted(BaseException):
    """SIGINT or SIGTERM came: what was begun is undone on the way out."""


def _interrupt(*_: Any) -> None:
    raise Interrupted
