"""EventBridge patterns of what domains observe."""

from collections.abc import Mapping, Sequence
from typing import Any

from stacks.conditions import alternatives
from stacks.subscriptions import Events


def pattern_for_all(observed: Sequence[Events], accounts: Mapping[str, str]) -> dict[str, Any]:
    """The pattern of the events of several producers, each in its account. What else may be on the
    bus, its policy says.
    """
    return {
        "account": sorted({accounts[events.producer] for events in observed}),
        "source": [events.source for events in observed],
    }


def pattern_for(events: Events, account: str) -> dict[str, Any]:
    """The pattern of these events of one producer, put on a bus by its account.

    Events with different conditions are alternatives of one rule, so that each is delivered once
    however many it meets.
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-create-pattern-operators.html
    """
    first, *others = alternatives(events.kinds)
    put_by = {"account": [account], "source": [events.source]}
    return put_by | ({"$or": [first, *others]} if others else first)
