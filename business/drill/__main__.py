"""The drill on the command line: `python -m business.drill`.

Exit status: 0 when all came right by itself, 1 when it did not, 2 when it could not be found out.
"""

import random
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from threading import Event
from typing import Annotated, Any, TypeVar

import typer
from botocore.exceptions import BotoCoreError, ClientError
from httpx import HTTPError

from business.drill.run import HEALED_WITHIN_S, Scope, drill
from business.drill.story import tell
from local import cli, instructions, running
from local.errors import LocalRunError
from local.paths import ASSEMBLY

COULD_NOT_RUN = 2
Number = TypeVar("Number", int, float)

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


def _within(kind: Callable[[str], Number], low: Number, high: Number) -> Callable[[str], Number]:
    """Reads an option's number; typer.BadParameter, with the value, if it is none of the range."""

    def read(text: str) -> Number:
        with suppress(ValueError):
            if low <= (number := kind(text)) <= high:
                return number
        what = "a whole number" if kind is int else "a number"
        raise typer.BadParameter(f"{text}, expected {what} from {low} to {high}")

    return read


@app.command()
def main(
    minutes: Annotated[
        float,
        typer.Option(parser=_within(float, 0.01, 600), help="How long orders and faults come."),
    ] = 2.0,
    seed: Annotated[
        int | None,
        typer.Option(parser=_within(int, 0, 999_999), help="The same faults at the same places."),
    ] = None,
    orders: Annotated[
        int, typer.Option(parser=_within(int, 1, 600), help="How many a minute.")
    ] = 200,
    every: Annotated[
        float,
        typer.Option(parser=_within(float, 0.2, 600), help="Seconds from fault to fault, about."),
    ] = 1.5,
    assembly: Annotated[Path, typer.Option(help="The cloud assembly that is run.")] = ASSEMBLY,
) -> None:
    """Run the system, strike it with random faults while orders come, and see it come right."""
    chosen = random.randrange(10_000) if seed is None else seed
    scope = Scope(chosen, minutes * 60, max(1, round(orders * minutes)), every)
    with ExitStack() as stack:
        with cli.deploying() as progress:
            system = stack.enter_context(
                running.temporary_system(assembly, auth=True, progress=progress)
            )
        say(f"Crossbus is {instructions.where(system).rstrip()}")
        try:
            with _stopped_by_signals() as stop:
                done = drill(system, scope, stop, say, HEALED_WITHIN_S)
        except (HTTPError, BotoCoreError, ClientError) as error:
            raise LocalRunError(f"the drill could not be carried out: {error!r}") from error
        say(done.line)
        if not done.outcome.is_well:
            tell(system, assembly, done.outcome, say)
            say(f"The same faults again: make drill SEED={chosen} MINUTES={minutes:g}")
            raise typer.Exit(1)


def say(line: str) -> None:
    """Prints a line."""
    cli.console.print(line, markup=False)


@contextmanager
def _stopped_by_signals() -> Iterator[Event]:
    """Set by the first SIGINT or SIGTERM, so that all is mended and the books are drawn up; the
    second ends everything.
    """
    stop = Event()
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def asked(*_: Any) -> None:
        say("no more orders and faults: all is mended, and the books are drawn up")
        stop.set()
        restore()

    def restore() -> None:
        for number, handler in before.items():
            signal.signal(number, handler)

    for number in before:
        signal.signal(number, asked)
    try:
        yield stop
    finally:
        restore()


if __name__ == "__main__":
    cli.run(app, COULD_NOT_RUN)
