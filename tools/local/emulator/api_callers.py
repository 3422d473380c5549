"""With IAM enforced, a route with IAM authorization refuses callers of other accounts with 403.

An HTTP API has no resource policy, and so nothing that could let another account in: its callers
assume a role of the API's account.
https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-access-control-iam.html

ministack 1.5.33 asks only for a signature, of whichever account. This can go when it compares
the caller's account with the API's under AUTH=true.
"""

from typing import Any

from ministack.services import apigateway

from local.emulator import policies, scopes, seams

FORBIDDEN = (403, {"Content-Type": "application/json"}, b'{"message":"Forbidden"}')


def install() -> None:
    """Asks for the caller's account before a route is executed."""
    execute = seams.original(apigateway, "handle_execute")
    authorization = seams.original(apigateway, "route_authorization_type")
    seams.original(apigateway, "find_api_scope")

    async def execute_for_own_account(
        api: str, stage: str, path: str, method: str, *rest: Any, **more: Any
    ) -> Any:
        if (
            policies.iam_is_enforced()
            and authorization(api, stage, method, path) == "AWS_IAM"
            and apigateway.find_api_scope(api)[0] != scopes.account()
        ):
            return FORBIDDEN
        return await execute(api, stage, path, method, *rest, **more)

    seams.replace(apigateway, "handle_execute", execute_for_own_account)
