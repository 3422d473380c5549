"""A call to an HTTP API finds the API in whichever account and region it is.

On AWS the host name of an API leads to it, also for callers with another account's credentials
and for those with none; a route with IAM authorization then refuses the latter with 403.

ministack 1.5.33 looks only in the caller's account, which is 000000000000 for a call that is not
signed, and answers 404; with IAM enforced it lets an unsigned call to a route with IAM
authorization pass. This can go when it does neither.
"""

from typing import Any

from ministack import app
from ministack.services import apigateway

from local.emulator import policies, seams

FORBIDDEN = (403, {"Content-Type": "application/json"}, b'{"message":"Forbidden"}')


def install() -> None:
    """Finds APIs in every account, and refuses unsigned calls where IAM is enforced."""
    seams.replace(apigateway, "find_api_scope", _find_api_scope)
    enforce = seams.original(app, "_enforce_execute_api")
    authorization_type = seams.original(app, "_execute_api_authorization_type")

    def enforce_signed(
        api_id: str,
        stage: str,
        method: str,
        path: str,
        headers: dict[str, str],
        *rest: Any,
        **more: Any,
    ) -> Any:
        must_be_signed = policies.iam_is_enforced() and (
            authorization_type(api_id, stage, method, path) == "AWS_IAM"
        )
        if must_be_signed and "authorization" not in headers:
            return FORBIDDEN
        return enforce(api_id, stage, method, path, headers, *rest, **more)

    seams.replace(app, "_enforce_execute_api", enforce_signed)


def _find_api_scope(api_id: str) -> tuple[str, str] | None:
    for (account, region, stored_id), _ in apigateway._apis.all_items():
        if stored_id == api_id:
            return account, region
    return None
