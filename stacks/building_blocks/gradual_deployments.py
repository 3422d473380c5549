"""New versions of functions get a share of the calls first, and all if that goes well."""

from collections.abc import Callable, Sequence

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_codedeploy as codedeploy
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from stacks.building_blocks.alarms import MINUTE, Alarms, Severity, per_minute
from stacks.building_blocks.domain_function import DomainFunction

SHIFT = codedeploy.LambdaDeploymentConfig.CANARY_10_PERCENT_5_MINUTES

FAILING_PERCENT = 5
"""Of the invocations of a minute. A version that fails always fails in the tenth that it gets."""

FAILING_MINUTES = (2, 5)
"""In how many minutes of how many: what fails once, or is set aside, is in one."""


class GradualDeployments(Construct):
    """CodeDeploy moves the alias `live` of each function: a tenth of the calls, then all.

    An error of what `live` invokes meanwhile moves it back, and the update of the stack fails. So
    does a share of invocations that name messages as failed, or set them aside, which is no error.
    https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html
    https://docs.aws.amazon.com/codedeploy/latest/userguide/monitoring-create-alarms.html
    """

    def __init__(
        self, scope: Construct, id: str, *, functions: Sequence[DomainFunction], alarms: Alarms
    ) -> None:
        super().__init__(scope, id)
        application = codedeploy.LambdaApplication(self, "Application")
        reporting = _reporting(cdk.Stack.of(self))
        for function in functions:
            name = f"{function.node.id}{function.node.addr[:8]}"
            codedeploy.LambdaDeploymentGroup(
                self,
                name,
                application=application,
                alias=function.live,
                deployment_config=SHIFT,
                # CDK would add AWS's managed policy, which may move every alias of the account.
                role=self._role(name, function).without_policy_updates(),
                alarms=[
                    self._errors(name, function, alarms),
                    *([self._failing(name, function, alarms)] if reporting(function) else []),
                ],
            )

    def _errors(self, name: str, function: DomainFunction, alarms: Alarms) -> cloudwatch.Alarm:
        return alarms.above(
            self,
            f"{name}Errors",
            metric=per_minute(function.live.metric_errors, "Sum"),
            limit=0,
            severity=Severity.TELL,
            meaning=f"Errors of what {function.service} invokes as live: a deployment "
            "that is under way is rolled back; see its log.",
        )

    def _failing(self, name: str, function: DomainFunction, alarms: Alarms) -> cloudwatch.Alarm:
        """Where nothing failed, or nothing was invoked, there is no value, and no alarm."""
        periods, of = FAILING_MINUTES
        return alarms.above(
            self,
            f"{name}Failing",
            metric=cloudwatch.MathExpression(
                expression="100 * failing / invocations",
                using_metrics={
                    "failing": function.written("Failed").with_(statistic="SampleCount"),
                    "invocations": per_minute(function.live.metric_invocations, "Sum"),
                },
                label="Percent of invocations in which messages failed",
                period=MINUTE,
            ),
            limit=FAILING_PERCENT,
            periods=periods,
            of=of,
            severity=Severity.TELL,
            meaning=f"Messages fail in more than {FAILING_PERCENT} % of the invocations of "
            f"{function.service}, in {periods} of {of} minutes: a deployment that is under way is "
            "rolled back; see its log.",
        )

    def _role(self, name: str, function: DomainFunction) -> iam.Role:
        """The alias is named by its text: it waits for the deployment group, and so for this."""
        arn = function.function_arn
        role = iam.Role(
            self,
            f"{name}Role",
            assumed_by=iam.ServicePrincipal("codedeploy.amazonaws.com"),
            inline_policies={
                "MoveLive": iam.PolicyDocument(
                    statements=[
                        iam.PolicyStatement(
                            actions=[
                                "lambda:GetAlias",
                                "lambda:UpdateAlias",
                                "lambda:GetProvisionedConcurrencyConfig",
                            ],
                            resources=[arn, f"{arn}:{function.live.alias_name}"],
                        ),
                        iam.PolicyStatement(actions=["cloudwatch:DescribeAlarms"], resources=["*"]),
                    ]
                )
            },
        )
        cdk.Validations.of(role).acknowledge(
            cdk.Acknowledgment(
                id="AwsSolutions-IAM5[Resource::*]",
                reason="CodeDeploy asks for alarms by a call that lists them: it changes none.",
            )
        )
        return role


def _reporting(stack: cdk.Stack) -> Callable[[DomainFunction], bool]:
    """Whether a source of a function is told which messages failed, in place of an error.

    Its mapping stands below the alias, or names it.
    """
    mappings = [
        (each.node.path, each.function_name)
        for each in stack.node.find_all()
        if isinstance(each, lambda_.CfnEventSourceMapping) and each.function_response_types
    ]

    def reports(function: DomainFunction) -> bool:
        below, arn = f"{function.live.node.path}/", function.live.function_arn
        return any(path.startswith(below) or name == arn for path, name in mappings)

    return reports
