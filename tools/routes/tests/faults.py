"""Small changes to the shop's templates, to plant a fault or what merely looks like one."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from routes.tests.sample import Templates

Events = list[dict[str, Any]]
Change = Callable[[Templates, Events], None]


@dataclass(frozen=True)
class Case:
    """A change that a check must find, and the nearest one that it must not."""

    fault: Change
    nearest: Change
    declared: bool = False


def nothing(_: Templates, __: Events) -> None:
    """The templates as they are."""


def properties(templates: Templates, address: str) -> dict[str, Any]:
    """Returns the properties of the resource at STACK/LOGICALID."""
    stack, logical_id = address.split("/")
    found: dict[str, Any] = templates[stack]["Resources"][logical_id]["Properties"]
    return found


def put(address: str, key: str, value: Any) -> Change:
    return lambda templates, _: properties(templates, address).update({key: value})


def drop(address: str, *keys: str) -> Change:
    def made(templates: Templates, _: Events) -> None:
        for key in keys:
            del properties(templates, address)[key]

    return made


def remove(*addresses: str) -> Change:
    def made(templates: Templates, _: Events) -> None:
        for address in addresses:
            stack, logical_id = address.split("/")
            del templates[stack]["Resources"][logical_id]

    return made


def change(stack: str, how: Callable[[dict[str, Any]], Any]) -> Change:
    def made(templates: Templates, _: Events) -> None:
        how(templates[stack])

    return made


def target(address: str, **changes: Any) -> Change:
    """Changes a rule's only target; None takes a key away."""

    def made(templates: Templates, _: Events) -> None:
        one = properties(templates, address)["Targets"][0]
        one.update(changes)
        for key in [key for key, value in one.items() if value is None]:
            del one[key]

    return made


def statement(address: str, document: str, how: Callable[[dict[str, Any]], Any]) -> Change:
    """Changes each statement of a policy document."""

    def made(templates: Templates, _: Events) -> None:
        for each in properties(templates, address)[document]["Statement"]:
            how(each)

    return made


def several(*changes: Change) -> Change:
    def made(templates: Templates, events_: Events) -> None:
        for each in changes:
            each(templates, events_)

    return made


def events(*more: dict[str, Any]) -> Change:
    return lambda _, events_: events_.extend(more)
