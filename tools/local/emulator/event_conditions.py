"""With IAM enforced, a policy of who puts events may ask for their source and their type.

A statement that allows events:PutEvents may have conditions on `events:source` and
`events:detail-type`, which are those of the entries of the call.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-use-conditions.html

ministack 1.5.33 does not know these keys. This can go when it does.
"""

import json
from typing import Any

from ministack.core import iam_actions

from local.emulator import seams

KEYS = {"events:source": "Source", "events:detail-type": "DetailType"}


def install() -> None:
    """Adds the keys to what is known of a request."""
    context_of = seams.original(iam_actions, "request_tag_context")

    def context_with_events(service: str, action: str, body: bytes, parameters: Any) -> Any:
        context = context_of(service, action, body, parameters)
        if action != "events:PutEvents":
            return context
        return {**(context or {}), **_of_entries(body)}

    seams.replace(iam_actions, "request_tag_context", context_with_events)


def _of_entries(body: bytes) -> dict[str, str]:
    """The keys that have one value in all entries: where they differ, no condition holds."""
    try:
        entries = json.loads(body)["Entries"]
    except (ValueError, KeyError, TypeError):
        return {}
    found = {
        key: {str(entry.get(field)) for entry in entries if isinstance(entry, dict)}
        for key, field in KEYS.items()
    }
    return {key: next(iter(values)) for key, values in found.items() if len(values) == 1}
