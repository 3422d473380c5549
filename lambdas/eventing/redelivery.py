"""The handler of every domain's function `redeliver`: delivers what a rule or topic could not.

EventBridge and SNS give up at once on what a permission denies, or whose target is gone. What they
gave up waits in a queue of its rule or subscription. From there each message goes to its target
and to no other, as its rule or topic would have delivered it, later each time until it is taken.
https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
"""

from typing import TYPE_CHECKING

import msgspec

from eventing.aws import Client
from eventing.consumer import message_consumer
from eventing.delivering import deliver
from eventing.errors import NeverSucceeds
from eventing.function import Handler, function
from eventing.observability import logger
from eventing.queues import Queue, Queues, attribute, url_of
from eventing.records import Record
from eventing.undelivered import Undelivered, texts

if TYPE_CHECKING:
    from mypy_boto3_sqs.type_defs import MessageAttributeValueTypeDef

WAITED_IN = "waitedIn"
"""The attribute of what is set aside that has the ARN of the queue where it waited."""

HOPS = "THIRD_ACCOUNT_HOP_DETECTED"
"""The event came over a bus already: who wants it here has to publish it as an event of theirs."""


class Settings(msgspec.Struct):
    """`targets` has the ARN of each queue's target, by the queue's name, in JSON."""

    targets: str
    undeliverable_url: str


class _Waiting(Queues):
    """The queues of what was not delivered: too many for an environment to describe each."""

    def __init__(self, dead_letters: str, client: Client) -> None:
        super().__init__("{}", client)
        self._dead_letters = dead_letters

    def of(self, record: Record) -> Queue:
        url = url_of(self._client("sqs"), record["eventSourceARN"])
        return Queue(self._dead_letters, url)

    def _kept(self, record: Record) -> "dict[str, MessageAttributeValueTypeDef]":
        """All that came with it: it may be redelivered after all, when its target is mended."""
        waited_in = attribute(record["eventSourceARN"])
        return texts(record.get("messageAttributes", {})) | {WAITED_IN: waited_in}


def make(settings: Settings, client: Client) -> Handler:
    """Delivers each message of a batch to its target; those that it could not come again."""
    targets = msgspec.json.decode(settings.targets, type=dict[str, str])

    def read(record: Record) -> Undelivered:
        attributes = record.get("messageAttributes", {})
        code = attributes.get("ERROR_CODE", {}).get("stringValue")
        if code == HOPS:
            raise NeverSucceeds(f"{code}: {attributes.get('RULE_ARN', {}).get('stringValue')}")
        account, queue = record["eventSourceARN"].split(":")[4:]
        trace = record["attributes"].get("AWSTraceHeader")
        return Undelivered(account, queue, targets[queue], record["body"], attributes, trace)

    @message_consumer(_Waiting(settings.undeliverable_url, client), read)
    def handler(message: Undelivered) -> None:
        deliver(message, client)
        logger.info("redelivered", queue=message.queue, target=message.target)

    return handler


handler = function(make, Settings)
