"""What event stores hand to a function, in one shape: that of a queue's messages.

https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
https://docs.aws.amazon.com/lambda/latest/dg/with-kinesis.html
"""

import base64
from typing import Any

Record = dict[str, Any]
"""A message: `messageId`, which a partial batch response names; `body`; `attributes`, of the queue;
`eventSourceARN`.
"""


def records(batch: dict[str, Any]) -> dict[str, Record]:
    """The records of a batch by their ids, in their order."""
    read = (_of_stream(one) if "kinesis" in one else one for one in batch["Records"])
    return {record["messageId"]: record for record in read}


def _of_stream(record: dict[str, Any]) -> Record:
    """A record of a Kinesis stream, whose data is text."""
    data = record["kinesis"]
    return {
        "messageId": data["sequenceNumber"],
        # What is no text is no event either: its reader says so.
        "body": base64.b64decode(data["data"]).decode(errors="replace"),
        "attributes": {},
        "eventSourceARN": record["eventSourceARN"],
    }
