"""Finds what a person means by a name, or says which names come near."""

import difflib
from collections.abc import Iterable, Mapping
from typing import TypeVar

from operate.errors import OperateError

Thing = TypeVar("Thing")
NEAREST = 3


def find(what: str, name: str, known: Mapping[str, list[Thing]]) -> Thing:
    """The one thing that is known by a name.

    Raises OperateError, which names the nearest there are, when there is none or more than one.
    """
    found = list(dict.fromkeys(known.get(name, ())))
    if len(found) == 1:
        return found[0]
    if found:
        longer = sorted(key for key, things in known.items() if set(things) & set(found))
        raise OperateError(
            f"{len(found)} {what}s are called {name!r}; name one with its stack: "
            f"{', '.join(key for key in longer if key != name)}"
        )
    raise OperateError(f"there is no {what} {name!r}; {_nearest(name, known)}")


def _nearest(name: str, known: Iterable[str]) -> str:
    # Of two names of one thing, the shorter says it.
    names = sorted(key for key in known if ":" not in key)
    near = difflib.get_close_matches(name, names, NEAREST, cutoff=0.5)
    near += [key for key in names if name in key and key not in near][: NEAREST - len(near)]
    if near:
        return f"the nearest are {', '.join(near)}"
    return f"there are {', '.join(names)}" if names else "there is none at all"
