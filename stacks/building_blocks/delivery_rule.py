"""A rule that delivers events of a bus to one target, with a place for what it cannot deliver."""

from collections.abc import Mapping

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from constructs import Construct, IConstruct

from stacks.building_blocks.alarms import Alarms
from stacks.building_blocks.queues import DeadLetterQueue, allow_service
from stacks.subscriptions import Events

RETRIED_FOR = cdk.Duration.hours(24)
RETRIES = 185
"""For how long and how often EventBridge tries: its maxima."""


class DeliveryRule(Construct):
    """One rule, one target, one dead-letter queue, and an alarm where even that fails.

    `pattern` is an EventBridge pattern. The target's resource policy has to allow `rule_arn`,
    unless `role` is given: then EventBridge delivers as that role.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        bus_name: str,
        pattern: Mapping[str, object],
        target_arn: str,
        alarms: Alarms,
        name: str,
        role: iam.IRole | None = None,
    ) -> None:
        super().__init__(scope, id)
        self.rule_arn = cdk.Stack.of(self).format_arn(
            service="events", resource="rule", resource_name=f"{bus_name}/{name}"
        )
        undelivered = DeadLetterQueue(
            self,
            "Undelivered",
            alarms=alarms,
            failure="EventBridge could not deliver",
            name=f"{name}-undelivered",
        )
        allow_service(undelivered.queue, "events.amazonaws.com", self.rule_arn)
        self._rule = events.CfnRule(
            self,
            "Rule",
            name=name,
            event_bus_name=bus_name,
            event_pattern=pattern,
            targets=[
                events.CfnRule.TargetProperty(
                    id="Target",
                    arn=target_arn,
                    role_arn=role.role_arn if role else None,
                    dead_letter_config=events.CfnRule.DeadLetterConfigProperty(
                        arn=undelivered.queue.queue_arn
                    ),
                    retry_policy=events.CfnRule.RetryPolicyProperty(
                        maximum_event_age_in_seconds=RETRIED_FOR.to_seconds(),
                        maximum_retry_attempts=RETRIES,
                    ),
                )
            ],
        )
        self._rule.node.add_dependency(undelivered)
        alarms.above(
            self,
            "Lost",
            metric=cloudwatch.Metric(
                namespace="AWS/Events",
                metric_name="InvocationsFailedToBeSentToDlq",
                dimensions_map={"EventBusName": bus_name, "RuleName": name},
                period=cdk.Duration.minutes(1),
                statistic="Sum",
            ),
            limit=0,
            meaning=f"Events of the rule {name} are lost: neither its target nor "
            f"{name}-undelivered takes them. Mend the policy, then replay the bus's archive.",
        )

    def made_after(self, *targets: IConstruct) -> None:
        """Makes the rule after its target and the policy that admits it: no event is early."""
        self._rule.node.add_dependency(*targets)


def pattern_for(events: Events) -> dict[str, list[str]]:
    """The pattern of these events of one producer."""
    return {"source": [events.source], "detail-type": list(events.detail_types)}
