"""Where a domain's alarms go: two topics, one for each severity."""

from enum import StrEnum
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from constructs import Construct

MINUTE = cdk.Duration.minutes(1)
"""The period of every metric, made once: each call of CDK is a message to Node.js and back."""


class Severity(StrEnum):
    """How urgent an alarm is, and the ending of the topic that it goes to."""

    WAKE = "alarms"
    """Something is lost, or nothing moves: someone has to look now."""

    TELL = "notices"
    """Something is set aside or slow, and nothing is lost: it can wait for the morning."""


class Alarms(Construct):
    """Topics `<domain>-alarms` and `<domain>-notices`, encrypted with the key, and the alarms.

    Without a key they are those of the domain's own stack, for what else is in its account.

    Subscribe those on call to the first, and those who work by day to both, by hand: who they are
    is no part of the code. The topics' metadata say so to `python -m routes check`.
    """

    def __init__(
        self, scope: Construct, id: str, *, domain: str, key: kms.IKey | None = None
    ) -> None:
        super().__init__(scope, id)
        self.domain = domain
        self.made: list[cloudwatch.Alarm] = []
        self._actions = {
            severity: actions.SnsAction(
                self._topic(severity, key) if key else self._made_elsewhere(severity)
            )
            for severity in Severity
        }

    def above(
        self,
        scope: Construct,
        id: str,
        *,
        metric: cloudwatch.IMetric,
        limit: float,
        severity: Severity,
        meaning: str,
        periods: int = 1,
        of: int | None = None,
        silence_is_bad: bool = False,
    ) -> cloudwatch.Alarm:
        """An alarm while `metric` is above `limit` for so many periods, `of` the last so many: all
        of them without it. `meaning` is for people.

        Without data there is none, unless `silence_is_bad`.
        """
        breaching = cloudwatch.TreatMissingData.BREACHING
        alarm = cloudwatch.Alarm(
            scope,
            id,
            metric=metric,
            threshold=limit,
            evaluation_periods=of or periods,
            datapoints_to_alarm=periods if of else None,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            treat_missing_data=(
                breaching if silence_is_bad else cloudwatch.TreatMissingData.NOT_BREACHING
            ),
            alarm_description=meaning,
        )
        alarm.add_alarm_action(self._actions[severity])
        self.made.append(alarm)
        return alarm

    def topic_name(self, severity: Severity) -> str:
        """What the topic of a severity is called: `<domain>-alarms`."""
        return f"{self.domain}-{severity}"

    def _made_elsewhere(self, severity: Severity) -> sns.ITopic:
        arn = cdk.Stack.of(self).format_arn(service="sns", resource=self.topic_name(severity))
        return sns.Topic.from_topic_arn(self, severity.name.capitalize(), arn)

    def _topic(self, severity: Severity, key: kms.IKey) -> sns.Topic:
        stack = cdk.Stack.of(self)
        topic = sns.Topic(
            self,
            severity.name.capitalize(),
            topic_name=self.topic_name(severity),
            master_key=key,
            enforce_ssl=True,
        )
        subscribed_by_hand(topic)
        of_account = f"arn:{stack.partition}:cloudwatch:{stack.region}:{stack.account}:alarm:*"
        topic.add_to_resource_policy(
            iam.PolicyStatement(
                sid="AlarmsOfThisAccount",
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                actions=["sns:Publish"],
                resources=[topic.topic_arn],
                conditions={"ArnLike": {"aws:SourceArn": of_account}},
            )
        )
        return topic


def subscribed_by_hand(topic: sns.Topic) -> None:
    """Says to `python -m routes check` that whoever hears the topic is no part of the code."""
    resource = topic.node.default_child
    assert isinstance(resource, sns.CfnTopic)
    resource.add_metadata("crossbus:subscribed", "by hand")


def per_minute(metric: Any, statistic: str) -> cloudwatch.Metric:
    """The queue's or function's `metric` each minute: a call such as `queue.metric_…`."""
    made: cloudwatch.Metric = metric(period=MINUTE, statistic=statistic)
    return made
