"""What one function is given and what it leaves, in a folder between two processes of ours."""

import pickle
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.expressions import Item
from bench.functions import Function, Record, Table

Tables = dict[str, list[Item]]
"""The items of each table, by its ARN."""


@dataclass(frozen=True)
class Opening:
    """A function, and the tables of its account and region as its first record finds them."""

    function: Function
    tables: dict[str, Table]
    items: Tables


def write(folder: Path, opening: Opening, records: Iterable[Record]) -> None:
    """Leaves what a function is given: its batches, or one whole event after the other."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "opening").write_bytes(pickle.dumps(opening))
    with (folder / "batches").open("wb") as file:
        for batch in _batches(list(records), opening.function.batch):
            pickle.dump(batch, file)


def opening(folder: Path) -> Opening:
    """The opening that `write` left in a folder."""
    with (folder / "opening").open("rb") as file:
        found: Opening = pickle.load(file)
    return found


def batches(folder: Path) -> Iterator[list[Record]]:
    """The batches that `write` left in a folder, one at a time."""
    with (folder / "batches").open("rb") as file:
        while file.peek(1):
            yield pickle.load(file)


def keep(folder: Path, effects: list[dict[str, Any]], items: Tables) -> None:
    """Leaves what a function did, and the tables as they are after it."""
    (folder / "outcome").write_bytes(pickle.dumps((effects, items)))


def kept(folder: Path) -> tuple[list[dict[str, Any]], Tables]:
    """What `keep` left in a folder."""
    found: tuple[list[dict[str, Any]], Tables] = pickle.loads((folder / "outcome").read_bytes())
    return found


def _batches(records: list[Record], size: int) -> Iterator[list[Record]]:
    """Batches as Lambda makes them: of one source, and of one group of a FIFO queue at a time."""
    if not size:
        yield from ([record] for record in records)
        return
    apart: dict[tuple[str, str], list[Record]] = {}
    for record in records:
        group = record.get("attributes", {}).get("MessageGroupId", "")
        apart.setdefault((record.get("eventSourceARN", ""), group), []).append(record)
    for together in apart.values():
        yield from (together[i : i + size] for i in range(0, len(together), size))
