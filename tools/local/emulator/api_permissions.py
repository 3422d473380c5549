"""With IAM enforced, an HTTP API needs the function's permission to invoke it.

API Gateway calls a function as a service: the function's resource policy must allow
`apigateway.amazonaws.com` for the API, or every call is answered with 500.
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html

ministack 1.5.33 invokes without asking. This can go when it asks under AUTH=true.
"""

from typing import Any

from ministack.services import apigateway, lambda_svc

from local.emulator import policies, scopes, seams

SERVICE = "apigateway.amazonaws.com"
# Of the arguments after the method: headers, body, query, route key.
ROUTE_KEY = 3
NOT_PERMITTED = (500, {"Content-Type": "application/json"}, b'{"message":"Internal Server Error"}')


def install() -> None:
    """Asks before an integration invokes its function."""
    invoke = seams.original(apigateway, "_invoke_lambda_proxy")

    async def invoke_if_permitted(
        integration: dict[str, Any],
        api: str,
        stage: str,
        path: str,
        method: str,
        *rest: Any,
        **more: Any,
    ) -> Any:
        source = _source_arn(api, stage, rest[ROUTE_KEY])
        function = integration["integrationUri"]
        if policies.iam_is_enforced() and not _permits(function, source):
            apigateway.logger.warning("%s does not permit %s to invoke it", function, source)
            return NOT_PERMITTED
        return await invoke(integration, api, stage, path, method, *rest, **more)

    seams.replace(apigateway, "_invoke_lambda_proxy", invoke_if_permitted)


def _source_arn(api: str, stage: str, route_key: str) -> str:
    """The route as API Gateway names it: with the variables of its path, not their values."""
    route = route_key.replace(" ", "", 1)
    return f"arn:aws:execute-api:{scopes.region()}:{scopes.account()}:{api}/{stage}/{route}"


def _permits(function_arn: str, source_arn: str) -> bool:
    found = lambda_svc.function_policy_for_arn(function_arn)
    policy = found[0] if found else None
    decision = policies.resource_decision(
        policy,
        principal="*",
        action="lambda:InvokeFunction",
        resource=function_arn,
        conditions={"aws:SourceArn": source_arn, "aws:SourceAccount": scopes.account()},
        service=SERVICE,
    )
    return decision == "Allow"
