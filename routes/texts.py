"""The words in which hops and filters are shown."""

from routes.misses import wanted_text
from routes.model import Filter, Hop


def filter_text(hop: Hop) -> str:
    """Returns what a hop lets through, in one line."""
    return " and ".join(filter(None, (_filter(one) for one in hop.filters))) or "everything"


def dead_letter_text(hop: Hop) -> str:
    """Returns the dead-letter place of a hop by name; of a queue's consumer the queue's own."""
    arn = hop.dead_letter
    if arn is None and hop.kind in ("event source mapping", "pipe") and hop.source.resource:
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
