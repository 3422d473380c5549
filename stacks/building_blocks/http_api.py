"""An HTTP API that only AWS identities may call."""

import json
from collections.abc import Mapping
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_apigatewayv2_authorizers as authorizers
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_logs as logs
from constructs import Construct

from stacks.building_blocks.alarms import Alarms, Severity, per_minute
from stacks.building_blocks.domain_function import DomainFunction

ACCESS_LOG = {
    "requestId": "$context.requestId",
    "caller": "$context.identity.userArn",
    "route": "$context.routeKey",
    "status": "$context.status",
    "error": "$context.error.message",
    "integrationError": "$context.integrationErrorMessage",
    "latency": "$context.responseLatency",
}


SLOW = cdk.Duration.seconds(3)


class HttpApi(Construct):
    """An API with IAM authorization, throttling, an access log, and an alarm on failures.

    `requests` gets an example of each request that it takes, for the stack's metadata.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control-iam.html
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        name: str,
        alarms: Alarms,
        requests: list[dict[str, Any]],
    ) -> None:
        super().__init__(scope, id)
        self._requests = requests
        self.api = apigateway.HttpApi(
            self,
            "Api",
            api_name=name,
            create_default_stage=False,
            default_authorizer=authorizers.HttpIamAuthorizer(),
        )
        log_group = logs.LogGroup(
            self,
            "AccessLog",
            retention=logs.RetentionDays.ONE_MONTH,
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )
        stage = apigateway.HttpStage(
            self,
            "Stage",
            http_api=self.api,
            stage_name="$default",
            auto_deploy=True,
            throttle=apigateway.ThrottleSettings(rate_limit=500, burst_limit=1_000),
        )
        settings = stage.node.default_child
        assert isinstance(settings, apigateway.CfnStage)
        settings.access_log_settings = apigateway.CfnStage.AccessLogSettingsProperty(
            destination_arn=log_group.log_group_arn, format=json.dumps(ACCESS_LOG)
        )

        alarms.above(
            self,
            "Failing",
            metric=per_minute(self.api.metric_server_error, "Sum"),
            limit=0,
            severity=Severity.WAKE,
            meaning=f"The API {name} answers with 5xx: see its access log, then its functions'.",
        )
        alarms.above(
            self,
            "Slow",
            metric=per_minute(self.api.metric_latency, "p99"),
            limit=SLOW.to_milliseconds(),
            periods=5,
            severity=Severity.TELL,
            meaning=f"One request in a hundred to the API {name} takes longer than "
            f"{SLOW.to_seconds()} seconds, for 5 minutes: see its access log.",
        )

    def route(
        self, key: str, function: DomainFunction, example: Mapping[str, Any] | None = None
    ) -> None:
        """Requests such as `GET /orders/{id}` go to the function.

        `example` is a body that it takes.
        """
        method, path = key.split(" ")
        self.api.add_routes(
            path=path,
            methods=[apigateway.HttpMethod[method]],
            integration=integrations.HttpLambdaIntegration(function.node.id, function.live),
        )
        shown = path.replace("{", "").replace("}", "")
        self._requests.append({"method": method, "path": shown, "body": example})
