"""What becomes of messages that a rule or a topic could not deliver: they are delivered later."""

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda_event_sources as sources
from constructs import Construct

from stacks.building_blocks.alarms import Alarms
from stacks.building_blocks.dead_letter_queue import DeadLetterQueue
from stacks.building_blocks.domain_code import DomainCode
from stacks.building_blocks.domain_function import DomainFunction
from stacks.building_blocks.queues import BufferedQueue, visibility_of
from stacks.names import construct_id

LOG_STREAM = "redelivered"
"""Where in a log group that a rule delivers to its redelivered events are."""

BATCH = 10
CONCURRENCY = 2
"""Batches of a queue at a time: what waited for an hour may take some minutes."""

MAX_AGE = cdk.Duration.minutes(15)


class Redelivery(Construct):
    """`redeliver`: consumes the queues of what could not be delivered, and delivers it.

    EventBridge and SNS give up at once on what a permission denies or whose target is gone. So
    their dead-letter queues are queues like others, before a function that hands each message to
    the same target, and no other, until it takes it. What no target can ever take goes to
    `<domain>-undeliverable`, and so does what none took for two days.
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-dlq.html
    """

    def __init__(
        self, scope: Construct, id: str, *, code: DomainCode, role_name: str, alarms: Alarms
    ) -> None:
        super().__init__(scope, id)
        self._alarms = alarms
        self._targets: dict[str, str] = {}
        self._undeliverable = DeadLetterQueue(
            self,
            "Undeliverable",
            alarms=alarms,
            failure="no target can ever take, or took for days",
            name=f"{code.domain}-undeliverable",
        )
        self._function = DomainFunction(
            self,
            "Function",
            code=code,
            name="redeliver",
            module="eventing.redelivery",
            role_name=role_name,
            grants=[],
            alarms=alarms,
        )
        self._function.add_environment("UNDELIVERABLE_URL", self._undeliverable.url)
        self._undeliverable.queue.grant(self._function, "sqs:SendMessage")
        self._function.watch_failing(alarms, MAX_AGE)
        self._visibility = visibility_of(self._function)

    def queue(
        self,
        scope: Construct,
        *,
        name: str,
        target_arn: str,
        delivery: Sequence[iam.PolicyStatement],
    ) -> BufferedQueue:
        """A queue for what could not be delivered to this target.

        `delivery` is what it takes to deliver there: `redeliver` may do it as well.
        """
        queue = BufferedQueue(
            scope,
            construct_id(name),
            name=name,
            alarms=self._alarms,
            visibility=self._visibility,
            max_age=MAX_AGE,
            dead_letters=self._undeliverable,
        )
        self._targets[name] = target_arn
        self._function.add_environment("TARGETS", cdk.Stack.of(self).to_json_string(self._targets))
        for statement in delivery:
            self._function.add_to_role_policy(statement)
        self._function.live.add_event_source(
            sources.SqsEventSource(
                queue.queue,
                batch_size=BATCH,
                report_batch_item_failures=True,
                max_concurrency=CONCURRENCY,
            )
        )
        return queue
