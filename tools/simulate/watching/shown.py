"""Which alarms of the templates are looked at, and which are not, with why."""

from collections.abc import Iterator

from simulate.watching.alarms import Alarms, why_left_out


def lines(alarms: Alarms) -> Iterator[str]:
    """How many are looked at; then each metric whose alarms are not, and these."""
    yield f"{alarms.count} alarms are looked at that somebody hears"
    for (namespace, metric), names in sorted(alarms.left_out.items()):
        why = why_left_out(namespace, metric)
        yield f"{len(names)} are not, on {namespace} {metric}: {why}"
        yield from (f"  {name}" for name in names)
