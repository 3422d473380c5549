"""New versions of functions get a share of the calls first, and all if that goes well."""

from collections.abc import Sequence

from aws_cdk import aws_codedeploy as codedeploy
from aws_cdk import aws_iam as iam
from constructs import Construct

from stacks.building_blocks.alarms import Alarms, Severity, per_minute
from stacks.building_blocks.domain_function import DomainFunction

SHIFT = codedeploy.LambdaDeploymentConfig.CANARY_10_PERCENT_5_MINUTES


class GradualDeployments(Construct):
    """CodeDeploy moves the alias `live` of each function: a tenth of the calls, then all.

    An error of what `live` invokes meanwhile moves it back, and the update of the stack fails.
    https://docs.aws.amazon.com/lambda/latest/dg/configuring-alias-routing.html
    """

    def __init__(
        self, scope: Construct, id: str, *, functions: Sequence[DomainFunction], alarms: Alarms
    ) -> None:
        super().__init__(scope, id)
        application = codedeploy.LambdaApplication(self, "Application")
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
                    alarms.above(
                        self,
                        f"{name}Errors",
                        metric=per_minute(function.live.metric_errors, "Sum"),
                        limit=0,
                        severity=Severity.TELL,
                        meaning=f"Errors of what {function.service} invokes as live: a deployment "
                        "that is under way is rolled back; see its log.",
                    )
                ],
            )

    def _role(self, name: str, function: DomainFunction) -> iam.Role:
        """The alias is named by its text: it waits for the deployment group, and so for this."""
        arn = function.function_arn
        return iam.Role(
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
