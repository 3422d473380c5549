"""The local run on the command line: `python -m local up` and `python -m local down`."""

import signal
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn

from local import deploy, instructions, process, running
from local.demo import story
from local.errors import LocalRunError

app = typer.Typer(
    help="Crossbus on this machine, with no AWS account and no Docker.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
console = Console(highlight=False, soft_wrap=True)
INTERRUPTED = 130


Port = Annotated[
    int | None,
    typer.Option(
        min=1,
        max=65535,
        envvar="CROSSBUS_PORT",
        help=f"On loopback; {process.DEFAULT_PORT} if not given.",
    ),
]
Auth = Annotated[bool, typer.Option("--auth", help="Enforce IAM.")]
Assembly = Annotated[Path, typer.Option(help="The cloud assembly.")]


@app.command()
def up(port: Port = None, auth: Auth = False, assembly: Assembly = running.ASSEMBLY) -> None:
    """Leave the system running in the background, or update the one that is."""
    gone = running.ended_unexpectedly()
    if gone is not None:
        console.print(
            f"the run on port {gone} had ended unexpectedly; starting afresh: its data is gone"
        )
    with _deploying() as progress:
        system = running.bring_up(assembly, port=port, auth=auth, progress=progress)
    console.print(instructions.how_to_use(system), markup=False)


@app.command()
def demo(port: Port = None, auth: Auth = False, assembly: Assembly = running.ASSEMBLY) -> None:
    """Deploy the system, tell its story with real events, and take it down again."""
    with ExitStack() as stack:
        with _deploying() as progress:
            system = stack.enter_context(
                running.temporary_system(assembly, port=port, auth=auth, progress=progress)
            )
        console.print(instructions.where(system))
        balanced = story.tell(system, console)
    if not balanced:
        raise LocalRunError("the books do not balance")


@app.command()
def down() -> None:
    """Stop the system and remove all it left on this machine."""
    result = running.take_down()
    if result.was_running:
        console.print("stopped; nothing is left")
    elif result.leftovers:
        console.print("nothing was running; removed what an earlier run had left")
    else:
        console.print("nothing is running")


@contextmanager
def _deploying() -> Iterator[deploy.Progress]:
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


def main() -> None:
    """Runs a command; what a person can put right is told in one message, with status 1."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _interrupt)
    try:
        app()
    except LocalRunError as error:
        console.print(f"[red]error:[/red] {escape(str(error))}")
        sys.exit(1)
    except Interrupted:
        console.print("interrupted; nothing is left running")
        sys.exit(INTERRUPTED)


class Interrupted(BaseException):
    """SIGINT or SIGTERM came: what was begun is undone on the way out."""


def _interrupt(*_: Any) -> None:
    raise Interrupted


if __name__ == "__main__":
    main()
