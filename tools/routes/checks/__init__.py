"""The proofs: each family of checks is a module with its codes and one function `check`."""

from collections.abc import Callable, Iterator

from routes.checks import (
    alarms,
    at_once,
    changes,
    contradictions,
    dead_letters,
    each_other,
    filters,
    given,
    hearers,
    hops,
    intent,
    joints,
    leave,
    origins,
    patterns,
    permissions,
    queues,
    quotas,
    reach,
    records,
    references,
    retries,
    settings,
    sources,
    statements,
    twice,
    universal,
    unused,
    urls,
    watch,
)
from routes.checks.base import Code, Context, Finding

_FAMILIES: list[tuple[list[Code], Callable[[Context], Iterator[Finding]]]] = [
    (reach.CODES, reach.check),
    (intent.CODES, intent.check),
    (patterns.CODES, patterns.check),
    (filters.CODES, filters.check),
    (hops.CODES, hops.check),
    (joints.CODES, joints.check),
    (origins.CODES, origins.check),
    (changes.CODES, changes.check),
    (dead_letters.CODES, dead_letters.check),
    (permissions.CODES, permissions.check),
    (leave.CODES, leave.check),
    (urls.CODES, urls.check),
    (given.CODES, given.check),
    (queues.CODES, queues.check),
    (quotas.CODES, quotas.check),
    (settings.CODES, settings.check),
    ([], universal.check),
    (contradictions.CODES, contradictions.check),
    (references.CODES, references.check),
    (sources.CODES, sources.check),
    (retries.CODES, retries.check),
    (records.CODES, records.check),
    (twice.CODES, twice.check),
    (unused.CODES, unused.check),
    (statements.CODES, statements.check),
    (at_once.CODES, at_once.check),
    (each_other.CODES, each_other.check),
    (alarms.CODES, alarms.check),
    (hearers.CODES, hearers.check),
    (watch.CODES, watch.check),
]
_ORDER = {"error": 0, "warning": 1, "note": 2}

CODES: list[Code] = [code for codes, _ in _FAMILIES for code in codes]


def run(context: Context) -> list[Finding]:
    """Returns every finding, errors first; what was left out is in `context.left_out`."""
    found = dict.fromkeys(findings(context))
    return sorted(found, key=lambda each: (_ORDER[each.severity], each.code.id, each.place))


def findings(context: Context) -> Iterator[Finding]:
    """Yields findings as the checks make them, some of them more than once."""
    for _, check in _FAMILIES:
        yield from check(context)
