"""Runs of many histories, in several processes."""

import difflib
from collections.abc import Iterator
from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path

from simulate.business import Business, load
from simulate.errors import SimulationError, Stale
from simulate.functions.running import Handlers
from simulate.history import History, Only, Simulation
from simulate.mutations import Mutation, mutated
from simulate.processes import folder
from simulate.shortening import shortened
from simulate.wiring import Wiring

AHEAD = 4
"""How many histories each process has to do at a time."""


class Failed(Exception):
    """A simulation that came to no end: why."""


@dataclass(frozen=True)
class App:
    """What is simulated: an assembly, the module of its business, a mutation by its name, the
    assembly of the last release.
    """

    assembly: Path
    business: str
    mutation: str = ""
    previous: Path | None = None


_simulations: dict[App, Simulation] = {}


def simulation(app: App) -> Simulation:
    """The simulation of an app, made once a process. Failed if it cannot be simulated."""
    if app not in _simulations:
        _simulations.clear()
        try:
            business = load(app.business)
            mutation = _chosen(business, app.mutation)
            with folder() as made:
                wiring = Wiring(mutated(app.assembly, mutation, made))
                handlers = Handlers(wiring, business, mutation.code)
            previous = Handlers(Wiring(app.previous), business, {}) if app.previous else None
        except SimulationError as error:
            raise Failed(str(error)) from error
        _simulations[app] = Simulation(wiring, handlers, business, previous)
    return _simulations[app]


def _chosen(business: Business, name: str) -> Mutation:
    """The mutation of a name, or one that changes nothing for none. Failed if there is no such."""
    known = {each.name: each for each in business.MUTATIONS} | {"": Mutation("")}
    if name not in known:
        nearest = difflib.get_close_matches(name, known, cutoff=0.3)
        told = "; ".join(map(repr, nearest)) or "one that the list of mistakes has"
        raise Failed(f"mutation {name!r}: expected {told}")
    return known[name]


def run(app: App, seed: int) -> History:
    """Runs one history. Failed if it cannot be simulated."""
    try:
        return simulation(app).run(seed)
    except SimulationError as error:
        raise Failed(f"seed {seed}: {error}") from None


def told(app: App, seed: int, *, shorten: bool) -> tuple[History, Only]:
    """A history with its story; of one that broke a promise only what it takes to do so."""
    try:
        simulated = simulation(app)
        only = Only()
        if shorten:
            whole = simulated.run(seed)
            only = shortened(simulated, whole) if whole.broken else only
        return simulated.run(seed, told=True, only=only), only
    except SimulationError as error:
        raise Failed(f"seed {seed}: {error}") from None


def histories(
    pool: ProcessPoolExecutor, app: App, seeds: Iterator[int], count: int
) -> Iterator[History]:
    """The histories of seeds, in their order."""
    waiting: list[Future[History]] = []
    try:
        for seed in seeds:
            waiting.append(pool.submit(run, app, seed))
            if len(waiting) >= AHEAD * count:
                yield waiting.pop(0).result()
        while waiting:
            yield waiting.pop(0).result()
    finally:
        for future in waiting:
            future.cancel()


@dataclass(frozen=True)
class Found:
    """In how many histories a mutation was found, of how many; and how the first told of it."""

    mutation: str
    found: int
    of: int
    how: str


def found(app: App, seeds: int, enough: int) -> Found:
    """Looks for a mutation in so many histories, until enough of them have found it."""
    count, how, ran = 0, "", 0
    try:
        simulated = simulation(app)
        for seed in range(1, seeds + 1):
            ran += 1
            history = simulated.run(seed)
            if history.broken:
                count += 1
                how = how or f"seed {seed}: {history.broken[0].how}"
            if count >= enough:
                break
    except (Failed, SimulationError) as error:
        if isinstance(error.__cause__, Stale):
            return Found(app.mutation, 0, 0, f"cannot be made: {error}")
        return Found(app.mutation, 1, 1, f"refused: {error}")
    return Found(app.mutation, count, ran, how)


def all_found(
    pool: ProcessPoolExecutor, app: App, mutations: Iterator[str], seeds: int, enough: int
) -> Iterator[Found]:
    """What becomes of each mutation, as soon as that is known."""
    futures = [pool.submit(found, replace(app, mutation=name), seeds, enough) for name in mutations]
    for future in as_completed(futures):
        yield future.result()
