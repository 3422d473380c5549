"""A function of a domain: one module of its folder, with a role that can nothing but log."""

from collections.abc import Mapping

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

from stacks.building_blocks.layers import ARCHITECTURE, RUNTIME, Layers
from stacks.dependencies import ROOT

TIMEOUT = cdk.Duration.seconds(20)

OTHERS = ["**/__pycache__", "requirements.*"]


class DomainFunction(lambda_.Function):
    """The handler of `lambdas/<domain>/<module>.py`, named in the environment as its service.

    Grant it what it needs, action by action. Its log group keeps a month.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        domain: str,
        module: str,
        layers: Layers,
        environment: Mapping[str, str],
    ) -> None:
        log_group = logs.LogGroup(
            scope,
            f"{id}Logs",
            retention=logs.RetentionDays.ONE_MONTH,
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )
        role = iam.Role(scope, f"{id}Role", assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        log_group.grant_write(role)
        super().__init__(
            scope,
            id,
            runtime=RUNTIME,
            architecture=ARCHITECTURE,
            code=domain_code(domain),
            handler=f"{domain}.{module}.handler",
            layers=[layers.eventing, layers.dependencies],
            role=role,
            log_group=log_group,
            timeout=TIMEOUT,
            memory_size=512,
            tracing=lambda_.Tracing.ACTIVE,
            environment={
                "POWERTOOLS_SERVICE_NAME": f"{domain}.{module}",
                "POWERTOOLS_LOG_LEVEL": "INFO",
                # Traces hold no events: what a handler returns stays out of them.
                "POWERTOOLS_TRACER_CAPTURE_RESPONSE": "false",
                **environment,
            },
        )
        cdk.Validations.of(role).acknowledge(
            cdk.Acknowledgment(
                id="AwsSolutions-IAM5[Resource::*]",
                reason="X-Ray's actions, and the listing of streams by a publisher's event source "
                "mapping, have no resources to name: they take only *.",
            )
        )


def domain_code(domain: str) -> lambda_.Code:
    """The asset of a domain: its own folder of `lambdas`, as a package."""
    folders = [path.name for path in (ROOT / "lambdas").iterdir() if path.is_dir()]
    others = [f"{name}{below}" for name in folders if name != domain for below in ("", "/**")]
    return lambda_.Code.from_asset(str(ROOT / "lambdas"), exclude=sorted(others) + OTHERS)
