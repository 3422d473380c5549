"""A function that consumes a broker's queue or a cluster's topic."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from stacks.building_blocks.alarms import Alarms
from stacks.building_blocks.dead_letter_queue import DeadLetterQueue
from stacks.building_blocks.domain_function import DomainFunction

BATCH = 10


@dataclass(frozen=True)
class Polled:
    """What Lambda polls: its ARN, the mapping's settings, what that takes of the function's role.

    `gives_up` says that Lambda gives up on a batch at last, so that there is a place for what of it
    is known then; `unnamed`, with a reason each, are ARNs that have a * in the statements.
    """

    source_arn: str
    settings: Mapping[str, Any]
    statements: Sequence[iam.PolicyStatement]
    gives_up: bool = False
    unnamed: Mapping[str, str] = field(default_factory=dict)


class PolledConsumer(Construct):
    """A function before which is something that Lambda polls: as a BufferedConsumer, with a queue
    for what it sets aside, that QUEUES tells it of.

    What else fails comes again with the whole batch, or with what comes after it: the function has
    to recognize what it has had. Where Lambda gives up, `<name>-given-up` has the place in the
    topic of what it gave up, not the records.
    https://docs.aws.amazon.com/lambda/latest/dg/kafka-on-failure.html
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        function: DomainFunction,
        polled: Polled,
        alarms: Alarms,
    ) -> None:
        super().__init__(scope, id)
        dead_letters = DeadLetterQueue(
            self,
            "DeadLetters",
            alarms=alarms,
            failure="can never succeed",
            name=f"{name}-dead-letters",
        )
        dead_letters.queue.grant(function, "sqs:SendMessage")
        described = {polled.source_arn: {"dead_letters": dead_letters.url}}
        function.add_environment("QUEUES", cdk.Stack.of(self).to_json_string(described))
        for statement in polled.statements:
            function.add_to_role_policy(statement)
        for arn, reason in polled.unnamed.items():
            cdk.Validations.of(function.role or function).acknowledge(
                cdk.Acknowledgment(id=f"AwsSolutions-IAM5[Resource::{arn}]", reason=reason)
            )
        lambda_.CfnEventSourceMapping(
            self,
            "Mapping",
            event_source_arn=polled.source_arn,
            function_name=function.live.function_arn,
            batch_size=BATCH,
            destination_config=self._given_up(name, function, alarms) if polled.gives_up else None,
            **polled.settings,
        )

    def _given_up(
        self, name: str, function: DomainFunction, alarms: Alarms
    ) -> lambda_.CfnEventSourceMapping.DestinationConfigProperty:
        queue = DeadLetterQueue(
            self,
            "GivenUp",
            alarms=alarms,
            failure="tell which records of a topic failed for too long",
            name=f"{name}-given-up",
        ).queue
        queue.grant(function, "sqs:SendMessage")
        mapping = lambda_.CfnEventSourceMapping
        return mapping.DestinationConfigProperty(
            on_failure=mapping.OnFailureProperty(destination=queue.queue_arn)
        )
