"""Where a domain's alarms go: one encrypted topic, to which those on call subscribe."""

from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from constructs import Construct


class Alarms(Construct):
    """A topic for alarms, and the alarms themselves. Subscribe people to `topic`."""

    def __init__(self, scope: Construct, id: str, *, key: kms.IKey, topic_name: str) -> None:
        super().__init__(scope, id)
        stack = cdk.Stack.of(self)
        self.topic = sns.Topic(
            self, "Topic", topic_name=topic_name, master_key=key, enforce_ssl=True
        )
        self._action = actions.SnsAction(self.topic)
        alarms_of_account = (
            f"arn:{stack.partition}:cloudwatch:{stack.region}:{stack.account}:alarm:*"
        )
        self.topic.add_to_resource_policy(
            iam.PolicyStatement(
                sid="AlarmsOfThisAccount",
                principals=[iam.ServicePrincipal("cloudwatch.amazonaws.com")],
                actions=["sns:Publish"],
                resources=[self.topic.topic_arn],
                conditions={"ArnLike": {"aws:SourceArn": alarms_of_account}},
            )
        )

    def above(
        self, scope: Construct, id: str, *, metric: cloudwatch.IMetric, limit: float, meaning: str
    ) -> cloudwatch.Alarm:
        """An alarm while `metric` is above `limit`, not without data. `meaning` is for people."""
        alarm = cloudwatch.Alarm(
            scope,
            id,
            metric=metric,
            threshold=limit,
            evaluation_periods=1,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
            alarm_description=meaning,
        )
        alarm.add_alarm_action(self._action)
        return alarm


def per_minute(metric: Any, statistic: str) -> cloudwatch.Metric:
    """The queue's or function's `metric` each minute: a call such as `queue.metric_…`."""
    made: cloudwatch.Metric = metric(period=cdk.Duration.minutes(1), statistic=statistic)
    return made
