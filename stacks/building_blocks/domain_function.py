"""A function of a domain, with a role that can nothing but log and what it is granted."""

from collections.abc import Sequence
from functools import partial

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from stacks.building_blocks.alarms import MINUTE, Alarms, Severity, per_minute
from stacks.building_blocks.domain_code import ARCHITECTURE, RUNTIME, DomainCode
from stacks.building_blocks.grant import Grant
from stacks.building_blocks.widgets import NAMESPACE

TIMEOUT = cdk.Duration.seconds(20)

OFTEN = (5, 30)
"""In how many minutes of how many a function fails, or is throttled, before somebody is told: a
message that ends its process comes again when the queue shows it, which is not each minute.
"""


class DomainFunction(lambda_.Function):
    """The handler of `lambdas/<domain>/<name>.py`, unless `module` names one of the runtime.

    `role_name` is for a role that another account's policy names.

    `<domain>.<name>` is the service that its lines of log and its metrics name. Its environment is
    what its grants say. Its log group keeps a month. Whoever invokes it invokes `live`.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        code: DomainCode,
        name: str,
        grants: Sequence[Grant],
        alarms: Alarms,
        module: str | None = None,
        role_name: str | None = None,
    ) -> None:
        log_group = logs.LogGroup(
            scope,
            f"{id}Logs",
            retention=logs.RetentionDays.ONE_MONTH,
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )
        role = iam.Role(
            scope,
            f"{id}Role",
            role_name=role_name,
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
        )
        log_group.grant_write(role)
        super().__init__(
            scope,
            id,
            runtime=RUNTIME,
            architecture=ARCHITECTURE,
            code=code.code,
            handler=f"{module or f'{code.package}.{name}'}.handler",
            layers=[code.layer],
            role=role,
            log_group=log_group,
            timeout=TIMEOUT,
            memory_size=512,
            tracing=lambda_.Tracing.ACTIVE,
            environment={
                "POWERTOOLS_SERVICE_NAME": f"{code.domain}.{name}",
                "POWERTOOLS_LOG_LEVEL": "INFO",
                **{name: value for grant in grants for name, value in grant.variables.items()},
            },
        )
        for grant in grants:
            grant.give(self)
        self.live = lambda_.Alias(self, "Live", alias_name="live", version=self.current_version)
        self.service = f"{code.domain}.{name}"
        self._watch(alarms)
        cdk.Validations.of(role).acknowledge(
            cdk.Acknowledgment(
                id="AwsSolutions-IAM5[Resource::*]",
                reason="X-Ray's actions, and the listing of streams by a publisher's event source "
                "mapping, have no resources to name: they take only *.",
            )
        )

    def written(self, metric_name: str) -> cloudwatch.Metric:
        """The largest value of a minute of a metric that the function writes."""
        return cloudwatch.Metric(
            namespace=NAMESPACE,
            metric_name=metric_name,
            dimensions_map={"service": self.service},
            period=MINUTE,
            statistic="Maximum",
        )

    def watch_failing(self, alarms: Alarms, max_age: cdk.Duration) -> None:
        """An alarm where the function fails on messages of a queue for longer than they may wait.

        The age of the queue's oldest leaves out what was received three times.
        https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-available-cloudwatch-metrics.html
        """
        alarms.above(
            self,
            "Failing",
            metric=self.written("FailingAge"),
            limit=max_age.to_seconds(),
            severity=Severity.WAKE,
            meaning=f"{self.service} fails for longer than {max_age.to_minutes()} minutes on what "
            "it is to consume: it is tried again; see its log.",
        )

    def _watch(self, alarms: Alarms) -> None:
        for name, periods, of in (
            ("Errors", *OFTEN),
            ("Throttles", *OFTEN),
            ("DestinationDeliveryFailures", 1, 1),
        ):
            alarms.above(
                self,
                name,
                metric=per_minute(partial(self.metric, name), "Sum"),
                limit=0,
                periods=periods,
                of=of,
                severity=Severity.TELL,
                meaning=f"{name} of {self.service} in {periods} of {of} minutes: what it failed on "
                "is tried again; see its log.",
            )
