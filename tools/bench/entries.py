"""What EventBridge takes of a call of PutEvents.

https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsRequestEntry.html
"""

import json
from collections.abc import Mapping
from typing import Any


def flaw(entry: Mapping[str, Any]) -> str | None:
    """The error with which EventBridge refuses an entry, or None."""
    if not (entry.get("Source") and entry.get("DetailType") and entry.get("Detail")):
        return "InvalidArgument"
    try:
        detail = json.loads(entry["Detail"])
    except ValueError:
        return "MalformedDetail"
    return None if isinstance(detail, dict) else "MalformedDetail"
