"""A rule that delivers events of a bus to one target, with a place for what it cannot deliver."""

from collections.abc import Mapping, Sequence
from functools import partial

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from constructs import Construct, IConstruct

from stacks.building_blocks.alarms import MINUTE, Alarms, Severity
from stacks.building_blocks.dead_letter_queue import DeadLetterQueue, allow_service
from stacks.building_blocks.redelivery import Redelivery

RETRIED_FOR_S = 24 * 3600
RETRIES = 185
"""For how long and how often EventBridge tries: maxima and defaults. For a bus it refuses them.
https://docs.aws.amazon.com/cdk/api/v2/docs/aws-cdk-lib.aws_events_targets.EventBusProps.html
"""


class DeliveryRule(Construct):
    """One rule, one target, a queue for what it cannot deliver, an alarm where even that fails.

    What is in that queue is delivered by `redelivery`, until the target takes it, with `delivery`
    or, if the rule needs none, with `redelivered_with`. Without a `redelivery` it stays there.

    `pattern` is an EventBridge pattern; `schedule` is in place of it. `partition_key` is the path
    in an event of what parts the records of a stream. EventBridge delivers as a role of the rule
    with the statements `delivery`; without any (a log group takes no role), the target's resource
    policy has to allow `rule_arn`.
    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-events-iam-roles.html
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        bus_name: str,
        target_arn: str,
        alarms: Alarms,
        name: str,
        pattern: Mapping[str, object] | None = None,
        schedule: str | None = None,
        delivery: Sequence[iam.PolicyStatement] = (),
        partition_key: str | None = None,
        redelivery: Redelivery | None = None,
        redelivered_with: Sequence[iam.PolicyStatement] = (),
    ) -> None:
        super().__init__(scope, id)
        stack = cdk.Stack.of(self)
        # Neither the ARN nor the metrics of a rule on the default bus name that.
        # https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-monitoring.html
        on_default = bus_name == "default"
        self.rule_arn = stack.format_arn(
            service="events",
            resource="rule",
            resource_name=name if on_default else f"{bus_name}/{name}",
        )
        metric = partial(
            cloudwatch.Metric,
            namespace="AWS/Events",
            dimensions_map={"RuleName": name} | ({} if on_default else {"EventBusName": bus_name}),
            period=MINUTE,
            statistic="Sum",
        )
        undelivered = (
            redelivery.queue(
                self,
                name=f"{name}-undelivered",
                target_arn=target_arn,
                delivery=redelivered_with or delivery,
            )
            if redelivery
            else DeadLetterQueue(
                self,
                "Undelivered",
                alarms=alarms,
                failure="EventBridge could not deliver",
                name=f"{name}-undelivered",
            )
        )
        allow_service(undelivered.queue, "events.amazonaws.com", self.rule_arn)
        self._rule = events.CfnRule(
            self,
            "Rule",
            name=name,
            event_bus_name=bus_name,
            event_pattern=pattern,
            schedule_expression=schedule,
            targets=[
                events.CfnRule.TargetProperty(
                    id="Target",
                    arn=target_arn,
                    role_arn=self._role(stack.account, delivery).role_arn if delivery else None,
                    dead_letter_config=events.CfnRule.DeadLetterConfigProperty(
                        arn=undelivered.queue.queue_arn
                    ),
                    kinesis_parameters=events.CfnRule.KinesisParametersProperty(
                        partition_key_path=partition_key
                    )
                    if partition_key
                    else None,
                    retry_policy=None
                    if ":event-bus/" in target_arn
                    else events.CfnRule.RetryPolicyProperty(
                        maximum_event_age_in_seconds=RETRIED_FOR_S,
                        maximum_retry_attempts=RETRIES,
                    ),
                )
            ],
        )
        self._rule.node.add_dependency(undelivered)
        alarms.above(
            self,
            "Lost",
            metric=metric(metric_name="InvocationsFailedToBeSentToDlq"),
            limit=0,
            severity=Severity.WAKE,
            meaning=f"Events of the rule {name} are lost: neither its target nor "
            f"{name}-undelivered takes them. Mend the policy, then replay the bus's archive.",
        )
        if redelivery:
            redelivery.watch(
                self, metric=metric(metric_name="InvocationsSentToDlq"), hop=f"The rule {name}"
            )

    def made_after(self, *targets: IConstruct) -> None:
        """Makes the rule after its target: no event is early."""
        self._rule.node.add_dependency(*targets)

    def made_only_if(self, condition: cdk.CfnCondition, *, key: str, value: str) -> None:
        """Leaves the rule out where the condition does not hold; its metadata say so by `key`."""
        self._rule.cfn_options.condition = condition
        self._rule.add_metadata(key, value)

    def _role(self, account: str, delivery: Sequence[iam.PolicyStatement]) -> iam.Role:
        """Its policy is inline: it is there when the role is, and so before the rule."""
        return iam.Role(
            self,
            "Role",
            assumed_by=iam.ServicePrincipal(
                "events.amazonaws.com",
                conditions={"StringEquals": {"aws:SourceAccount": account}},
            ),
            inline_policies={"Deliver": iam.PolicyDocument(statements=list(delivery))},
        )
