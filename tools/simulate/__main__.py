"""`python -m simulate`: runs an app's histories, tells one, or shows what mistakes they find.

Exit status: 0 when every promise held, 1 when one was broken, 2 when it could not be found out, 130
when it was stopped.
"""

import itertools
import os
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from routes.reading.assembly import AssemblyError
from simulate import story
from simulate.business import load
from simulate.errors import SimulationError
from simulate.history import History, Only
from simulate.processes import Stopped, processes, stop_at_signals
from simulate.runs import App, Failed, Found, all_found, histories, told
from simulate.watching.shown import lines
from simulate.wiring import Wiring

WIDTH = 160
MOST_FAULTS = 5
"""What is shown of a story: columns, and faults with their pages."""

STOPPED = 130

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command()
def main(
    business: Annotated[
        str, typer.Option(help="The module of what only the business knows.")
    ] = "business.simulation",
    assembly: Annotated[Path, typer.Option(help="The cloud assembly.")] = Path("cdk.out"),
    seeds: Annotated[int, typer.Option(min=1, help="How many histories.")] = 1000,
    first: Annotated[int, typer.Option(help="The seed of the first.")] = 1,
    minutes: Annotated[
        float | None, typer.Option(help="Go on for so long, however many histories that are.")
    ] = None,
    seed: Annotated[int | None, typer.Option(help="Run this one history.")] = None,
    tell: Annotated[bool, typer.Option(help="Tell all that happens in it.")] = False,
    about: Annotated[str, typer.Option(help="Tell only what speaks of this, such as an id.")] = "",
    alarms: Annotated[
        bool, typer.Option(help="Say which alarms are looked at, and which not, and why.")
    ] = False,
    mutations: Annotated[
        bool, typer.Option(help="Make each mistake of the list, and see how often it is found.")
    ] = False,
    until_found: Annotated[
        bool, typer.Option("--until-found", help="Look for each only until a history finds it.")
    ] = False,
    mutation: Annotated[str, typer.Option(help="Make one mistake, by its name.")] = "",
    previous: Annotated[
        Path | None,
        typer.Option(help="The assembly of the last release, whose functions are still there."),
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, help="Processes.")] = os.cpu_count() or 1,
) -> None:
    """Run histories that AWS may make of an app, with the real handlers, in virtual time."""
    simulated = App(assembly, business, mutation, previous)
    stop_at_signals()
    try:
        if alarms:
            typer.echo("\n".join(lines(Wiring(assembly).alarms)))
            status = 0
        elif mutations:
            seeds = min(seeds, 200)
            status = _show_mutations(simulated, seeds, 1 if until_found else seeds, jobs)
        elif seed is not None:
            status = _one(simulated, seed, tell=tell, about=about)
        else:
            status = _many(simulated, first, None if minutes else seeds, minutes, jobs)
    except (Failed, SimulationError, AssemblyError, ValueError, OSError) as failed:
        typer.echo(f"simulate: {failed}", err=True)
        status = 2
    except Stopped:
        typer.echo("simulate: stopped; nothing is left running", err=True)
        status = STOPPED
    raise typer.Exit(status)


def _many(simulated: App, first: int, seeds: int | None, minutes: float | None, jobs: int) -> int:
    """Runs histories until one breaks a promise, or the last is over."""
    business = load(simulated.business)
    began, totals, last = time.monotonic(), Counter[str](), first
    ends = began + minutes * 60 if minutes else None
    numbers: Iterator[int] = itertools.count(first)
    if seeds is not None:
        numbers = iter(range(first, first + seeds))
    if ends is not None:
        numbers = itertools.takewhile(lambda _: time.monotonic() < ends, numbers)
    with processes(jobs) as pool:
        for history in histories(pool, simulated, numbers, jobs):
            last = history.seed
            totals += Counter(
                histories=1,
                counted=history.counted,
                deliveries=history.deliveries,
                faults=len(history.faults),
            )
            if history.broken:
                pool.shutdown(wait=False, cancel_futures=True)
                return _show_broken(simulated, history)
    took = time.monotonic() - began
    wrong = " · ".join(f"0 {kind}" for kind in business.KINDS)
    typer.echo(
        f"{totals['histories']:,} histories · {totals['counted']:,} {business.COUNTED} · "
        f"{totals['deliveries']:,} deliveries · {totals['faults']:,} faults · {wrong}   "
        f"(seed {first} … {last}, {_duration(took)})"
    )
    return 0


def _duration(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def _show_broken(simulated: App, history: History) -> int:
    typer.echo(f"seed {history.seed} breaks a promise; looking for the fewest faults that do …")
    with processes(1) as pool:
        short, only = pool.submit(told, simulated, history.seed, shorten=True).result()
    _show_story(simulated, short, only)
    return 1


def _one(simulated: App, seed: int, *, tell: bool, about: str) -> int:
    with processes(1) as pool:
        if not tell:
            history, only = pool.submit(told, simulated, seed, shorten=True).result()
            if history.broken:
                _show_story(simulated, history, only)
            else:
                typer.echo(f"seed {seed}: every promise held")
            return 1 if history.broken else 0
        history, _ = pool.submit(told, simulated, seed, shorten=False).result()
    for line in story.of(history.lines, about):
        typer.echo(str(line))
    for broken in history.broken:
        typer.echo(f"BROKEN {broken.kind}: {broken.how}")
    return 1 if history.broken else 0


def _show_story(simulated: App, history: History, only: Only) -> None:
    """The story of what broke first, and how it can be had again: no more than a screen."""
    broken = history.broken[0]
    needed = "" if only.faults is not None else ", which could not be made fewer"
    again = f"python -m simulate --seed {history.seed} --tell"
    if simulated.mutation:
        again += f" --mutation '{simulated.mutation}'"
    if simulated.previous:
        again += f" --previous {simulated.previous}"
    begins, ends = (
        [f"What befell {broken.subject or 'the whole'}:"],
        [
            f"BROKEN {broken.kind}: {broken.how}",
            f"It takes {_counted(len(set(history.faults)), 'fault')}{needed}, "
            f"and {_counted(len(history.started), 'beginning')} outside:",
            *_faults(history),
            f"The whole history: {again}",
        ],
    )
    told = story.of(history.lines, broken.subject)
    middle = story.short(told, story.FITS - len(begins) - len(ends))
    for line in (*begins, *middle, *ends):
        typer.echo(line[:WIDTH])


def _faults(history: History) -> list[str]:
    """The faults, each with the page that allows it, as far as they fit."""
    # What lasts is told each time; here once.
    struck = {(line.where, line.what): line for line in reversed(history.lines) if line.is_fault}
    lines = list(reversed(struck.values()))
    shown = [text for line in lines[:MOST_FAULTS] for text in (f"  {line}", f"    {line.page}")]
    left = len(lines) - MOST_FAULTS
    return [*shown, f"  … {left} more"] if left > 0 else shown


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}{'' if count == 1 else 's'}"


def _show_mutations(simulated: App, seeds: int, enough: int, jobs: int) -> int:
    business = load(simulated.business)
    listed = {each.name: each for each in business.MUTATIONS}
    missed = 0
    with processes(jobs) as pool:
        for found in all_found(pool, simulated, iter(listed), seeds, enough):
            # One that cannot be made is not harmless: the list has to be mended.
            harmless = listed[found.mutation].harmless if found.of else ""
            missed += not found.found and not harmless
            typer.echo(_line(found, harmless))
    typer.echo(f"{len(listed)} mistakes, {missed} of them not found and not harmless")
    return 1 if missed else 0


def _line(found: Found, harmless: str) -> str:
    told = f"harmless: {harmless}" if harmless and not found.found else found.how
    return f"{found.found:>4} of {found.of:<4} {found.mutation}\n             {told[:150]}"


if __name__ == "__main__":
    app()
