"""Finds what a person means by a name, or says which names come near."""

import difflib
from collections.abc import Mapping
from typing import TypeVar

from operate.errors import OperateError

Thing = TypeVar("Thing")
NEAREST = 3


def find(what: str, name: str, known: Mapping[str, list[Thing]], listed_by: str = "") -> Thing:
    """The one thing that is known by a name. `listed_by` is the command that lists all there are.

    Raises OperateError, which names the nearest there are, when there is none or more than one.
    """
    found = list(dict.fromkeys(known.get(name, ())))
    if len(found) == 1:
        return found[0]
    if found:
        raise OperateError(
            f"{len(found)} {what}s are called {name!r}; name one with its stack: "
            f"{', '.join(_longer(name, thing, known) for thing in found)}"
        )
    raise OperateError(f"there is no {what} {name!r}; {_nearest(name, known, listed_by)}")


def _longer(name: str, thing: Thing, known: Mapping[str, list[Thing]]) -> str:
    """The shortest name that is this thing's alone, one that has the other in it if there is."""
    own = [key for key, things in known.items() if set(things) == {thing}]
    return min(own or [name], key=lambda key: (name not in key, len(key), key))


def _nearest(name: str, known: Mapping[str, list[Thing]], listed_by: str) -> str:
    near: dict[Thing, str] = {}
    holding = sorted((key for key in known if name in key), key=len)
    for key in (*holding, *difflib.get_close_matches(name, known, len(known) or 1, cutoff=0)):
        things = set(known[key])
        if len(things) == 1:
            # Of the names of one thing, the nearest says it.
            near.setdefault(things.pop(), key)
    if not near:
        return "there is none at all"
    some = ", ".join(list(near.values())[:NEAREST])
    if len(near) <= NEAREST:
        return f"there {'is' if len(near) == 1 else 'are'} {some}"
    return f"the nearest of {len(near)} are {some}" + f"; all: {listed_by}" * bool(listed_by)
