"""What event stores hand to a function, in one shape: that of a queue's messages."""

from typing import Any

Record = dict[str, Any]
"""A message: `messageId`, which a partial batch response names; `body`; `attributes`, of the queue;
`eventSourceARN`.
"""
