"""What follows from a text alone is worked out once: expressions of DynamoDB, and ARNs.

An app asks with the same few texts for every item and message. ministack 1.5.33 reads each anew,
for a scan once an item. Nor need an empty queue be looked through, the date of each answer be
written when it is that of the one before, or a session of botocore be made for each service whose
model is read. This can go when the benchmark is no slower without it.
"""

import time
from functools import cache, lru_cache, partial, wraps
from typing import Any

import botocore.session
from ministack import app
from ministack.services import dynamodb, eventbridge, lambda_svc, sns, sqs

from local.emulator import seams

TEXTS = 10_000
FROM_TEXTS = (
    (dynamodb, "_condition_syntax_error"),
    (lambda_svc, "parse_arn"),
    (sns, "parse_arn"),
    (sqs, "parse_arn"),
    (eventbridge, "parse_arn"),
)


def install() -> None:
    """Remembers what such functions answered; what they raise, they raise each time."""
    for module, name in FROM_TEXTS:
        seams.replace(module, name, lru_cache(TEXTS)(seams.original(module, name)))
    tokens = lru_cache(TEXTS)(seams.original(dynamodb, "_tokenize"))
    # Each caller gets a list of its own, to do with as it likes.
    seams.replace(dynamodb, "_tokenize", lambda expression: list(tokens(expression)))
    seams.replace(botocore.session, "get_session", cache(botocore.session.get_session))
    date = lru_cache(1)(partial(seams.original(app, "formatdate"), usegmt=True))
    seams.replace(app, "formatdate", lambda **_: date(int(time.time())))
    seams.replace(sqs, "_dlq_sweep", _if_it_holds_any(seams.original(sqs, "_dlq_sweep")))


def _if_it_holds_any(look_through: Any) -> Any:
    @wraps(look_through)
    def look(queue: dict[str, Any]) -> None:
        if queue["messages"]:
            look_through(queue)

    return look
