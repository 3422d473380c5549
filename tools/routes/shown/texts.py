"""The words in which hops and filters are shown."""

from typing import Any

from routes.filters.misses import wanted_text
from routes.filters.model import Filter
from routes.filters.patterns import Values
from routes.network.model import Hop


def filter_text(hop: Hop) -> str:
    """Returns what a hop lets through, in one line."""
    for kind, key in (("route", "RouteKey"), ("trigger", "Trigger"), ("topic rule", "Sql")):
        if hop.kind == kind:
            return str(hop.settings[key])
    return " and ".join(filter(None, (_filter(one) for one in hop.filters))) or "everything"


def short_filter_text(hop: Hop) -> str:
    """Returns a label for a picture: the detail-types where a rule names them, else the filter."""
    whole = filter_text(hop).replace('"', "") if hop.filters or hop.kind == "route" else ""
    if len(hop.filters) != 1 or hop.filters[0].error or len(hop.filters[0].alternatives) != 1:
        return whole
    fields = dict(hop.filters[0].alternatives[0])
    types: list[Any] = fields.pop("detail-type", Values())
    if not types or not all(isinstance(each, str) for each in types):
        return whole
    fields.pop("source", None)
    rest = [
        f"{path.removeprefix('detail.')}: {wanted_text(values)}" for path, values in fields.items()
    ]
    return "; ".join([", ".join(types), *rest]).replace('"', "")


def dead_letter_text(hop: Hop) -> str:
    """Returns the dead-letter place of a hop by name; of a queue's consumer the queue's own."""
    arn = hop.dead_letter
    if arn is None and hop.polls and hop.source.resource:
        redrive = hop.source.resource.get("RedrivePolicy", "deadLetterTargetArn")
        arn = str(redrive) if redrive else None
    return arn.rsplit(":", 1)[-1] if arn else "none"


def _filter(one: Filter) -> str:
    if one.error:
        return f"an invalid pattern ({one.error})"
    alternatives = [
        ", ".join(
            f"{path.removeprefix('detail.')}: {wanted_text(values)}"
            for path, values in alternative.items()
        )
        for alternative in one.alternatives
    ]
    text = " | ".join(alternatives)
    return f"attributes {text}" if one.scope == "attributes" else text
