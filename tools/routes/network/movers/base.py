"""What the readers of all services share."""

from collections.abc import Callable, Iterator
from typing import Any

from routes.filters.model import Filter
from routes.network.model import Hop
from routes.network.places import Places
from routes.reading.assembly import Resource
from routes.reading.shapes import an_object, objects, optional_text, parsed

Reader = Callable[[Resource, Places], Iterator[Hop]]
"""Yields the hops that a resource defines; the first line of its docstring goes into the
documents. Raises Malformed for a property that CloudFormation would refuse."""


def criteria(found: Any) -> list[Filter]:
    """Returns the filter of a mapping or pipe: one pattern of many must match a record."""
    filters = objects("Filters", an_object("FilterCriteria", found).get("Filters"))
    patterns = [parsed(each.get("Pattern")) for each in filters]
    return [Filter("record", patterns)] if patterns else []


def dead_letter_of(settings: dict[str, Any], key: str = "Arn") -> str | None:
    """Returns the ARN in the `DeadLetterConfig` of a target, schedule or function."""
    letters = an_object("DeadLetterConfig", settings.get("DeadLetterConfig"))
    return optional_text(f"DeadLetterConfig.{key}", letters.get(key))


def named_arn(resource: Resource, service: str, tail: str) -> str:
    """Returns the ARN of a place in the account and region of a resource."""
    home = resource.stack.home
    return f"arn:{home.partition}:{service}:{home.region}:{home.account}:{tail}"


def is_true(value: Any) -> bool:
    """Returns whether a property is true, written as JSON or as text."""
    return str(value).lower() == "true"


def event_of(source: Any, detail_type: Any, detail: Any) -> dict[str, Any]:
    """Returns the fields that are known of an event that a service puts on a bus.

    A text that a service fills in while it runs, such as `$.detail.kind`, is not known.
    """
    found = {"source": source, "detail-type": detail_type, "detail": detail}
    return {
        key: value
        for key, value in found.items()
        if value is not None and not (isinstance(value, str) and value.startswith("$"))
    }
