"""A custom resource whose function cannot answer does not hold up its stack.

A custom resource's function answers to an URL that CloudFormation gives it. Where it fails
without an answer, AWS waits for an hour, and so does ministack 1.5.33: nobody would see why.
Here such a resource fails at once with the function's error. A function that lacks a package,
which Lambda's runtime has and this machine has not, is no fault of the app: its resource is there
in name only, and named to the user. CDK's own for calls of the AWS SDK would install the newest
one into this machine's /tmp first, from the network: it is told to do without.

The first can go when ministack fails such a resource with the function's error. The second stays
as long as functions run on the host.
"""

import re
from collections import Counter
from typing import Any

from ministack.services import lambda_svc
from ministack.services.cloudformation import custom_resource

from local.emulator import seams, stand_ins

LACKS_PACKAGE = re.compile(
    r"has no stub for '[^']+'|Cannot find (module|package) '[^']+'|No module named '[^']+'"
    r"|[Pp]ackage (with name ')?@aws-sdk/\S+ does not exist|No client constructor found"
)
INSTALL_SDK = "InstallLatestAwsSdk"

_events: dict[str, dict[str, Any]] = {}
_in_name_only: dict[tuple[str, str], str] = {}


def install() -> None:
    """Looks at the result of each function that CloudFormation invokes, and at each answer."""
    execute = seams.original(lambda_svc, "_execute_function_with_config_scope")
    deliver = seams.original(custom_resource, "deliver_response")

    def execute_and_look(function: dict[str, Any], event: Any, *rest: Any, **more: Any) -> Any:
        url = event.get("ResponseURL", "") if isinstance(event, dict) else ""
        if "/cfn-response/" not in url:
            return execute(function, event, *rest, **more)
        token = url.rsplit("/", 1)[-1]
        _events[token] = event
        if INSTALL_SDK in event["ResourceProperties"]:
            event["ResourceProperties"][INSTALL_SDK] = "false"
        result = execute(function, event, *rest, **more)
        if result.get("error") and custom_resource._pending[token]["result"] is None:
            name = function["config"]["FunctionName"]
            reason = f"function {name} failed: {result.get('body')}"
            deliver_or_stand_in(token, {"Status": "FAILED", "Reason": reason})
        return result

    def deliver_or_stand_in(token: str, response: dict[str, Any]) -> bool:
        event = _events.pop(token, None)
        lacks_package = LACKS_PACKAGE.search(str(response.get("Reason", "")))
        if event is not None and response.get("Status") == "FAILED" and lacks_package:
            response = _stand_in(event)
        return bool(deliver(token, response))

    seams.replace(lambda_svc, "_execute_function_with_config_scope", execute_and_look)
    seams.replace(custom_resource, "deliver_response", deliver_or_stand_in)


def in_name_only() -> dict[str, int]:
    """How many custom resources of each type are there in name only."""
    return Counter(_in_name_only.values())


def _stand_in(event: dict[str, Any]) -> dict[str, Any]:
    logical_id, resource_type = event["LogicalResourceId"], event["ResourceType"]
    name = event.get("PhysicalResourceId") or f"{logical_id}-{event['RequestId']}"
    here = (event["StackId"], logical_id)
    if event["RequestType"] == "Delete":
        _in_name_only.pop(here, None)
    else:
        _in_name_only[here] = resource_type
    attributes = stand_ins.Attributes(f"arn:aws:local:::{name}", name)
    return {"Status": "SUCCESS", "PhysicalResourceId": name, "Data": attributes}
