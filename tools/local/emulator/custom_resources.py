"""A custom resource whose function fails before it answers fails at once.

A custom resource's function answers to an URL that CloudFormation gives it. Where it fails
without an answer, AWS waits for an hour, and so does ministack 1.5.33: a function that cannot
even start would hold up the local run, and nobody would see why.

This can go when ministack fails such a resource with the function's error.
"""

from typing import Any

from ministack.services import lambda_svc
from ministack.services.cloudformation import custom_resource

from local.emulator import seams


def install() -> None:
    """Looks at the result of each function that CloudFormation invokes."""
    execute = seams.original(lambda_svc, "_execute_function_with_config_scope")
    deliver = seams.original(custom_resource, "deliver_response")

    def execute_and_look(function: dict[str, Any], event: Any, *rest: Any, **more: Any) -> Any:
        result = execute(function, event, *rest, **more)
        url = event.get("ResponseURL", "") if isinstance(event, dict) else ""
        if "/cfn-response/" in url and isinstance(result, dict) and result.get("error"):
            name = function.get("config", {}).get("FunctionName")
            reason = f"function {name} failed: {result.get('body')}"
            token = url.rsplit("/", 1)[-1]
            if custom_resource._pending.get(token, {}).get("result") is None:
                deliver(token, {"Status": "FAILED", "Reason": reason})
        return result

    seams.replace(lambda_svc, "_execute_function_with_config_scope", execute_and_look)
