"""Deploys a cloud assembly's stacks over the CloudFormation API, each into its own account."""

from collections.abc import Callable, Sequence
from typing import Any

from botocore.exceptions import ClientError
from tenacity import RetryError, Retrying, retry_if_result, stop_after_delay, wait_fixed

from local import upload
from local.assembly import Stack
from local.clients import client
from local.errors import LocalRunError

STACK_TIMEOUT_S = 120.0
ALL_CAPABILITIES = ["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"]

Outputs = dict[str, str]
Progress = Callable[[str, int, int], None]


def no_progress(stack: str, done: int, total: int) -> None:
    """For who does not want to know."""


class DeployError(LocalRunError):
    """A stack did not deploy; the message names the stack, the resource and the reason."""


def deploy(
    stacks: Sequence[Stack], endpoint: str, progress: Progress = no_progress
) -> dict[str, Outputs]:
    """Creates or updates every stack, in order; returns the outputs of each by its label.

    `progress(name of the stack, how many are done, how many in all)` is called before each
    stack and once more after the last.

    Raises DeployError at the first stack that fails.
    """
    outputs = {}
    for done, stack in enumerate(stacks):
        progress(stack.name, done, len(stacks))
        upload.bootstrap(stack, endpoint)
        upload.assets(stack, endpoint)
        outputs[stack.label] = _create_or_update(stack, endpoint)
    if stacks:
        progress(stacks[-1].name, len(stacks), len(stacks))
    return outputs


def delete(stacks: Sequence[Stack], endpoint: str) -> None:
    """Deletes the stacks, the last deployed first. Raises DeployError when one does not go."""
    for stack in reversed(stacks):
        cloudformation = _client(stack, endpoint, "cloudformation")
        description = _describe(cloudformation, stack.name)
        if description is None:
            continue
        # By its id, a stack can still be described when it is gone.
        cloudformation.delete_stack(StackName=description["StackId"])
        _wait(cloudformation, stack, description["StackId"], {"DELETE_COMPLETE"})


def outputs_of(stack: Stack, endpoint: str) -> Outputs:
    """The outputs of a stack that is there. Raises DeployError when it is not."""
    description = _describe(_client(stack, endpoint, "cloudformation"), stack.name)
    if description is None:
        raise DeployError(f"stack {stack.name} is not in account {stack.account}")
    return _outputs(description)


def physical_ids(stack: Stack, endpoint: str) -> dict[tuple[str, str], str]:
    """The physical ids of a deployed stack's resources, by their type and logical id."""
    pages = (
        _client(stack, endpoint, "cloudformation")
        .get_paginator("list_stack_resources")
        .paginate(StackName=stack.name)
    )
    return {
        (found["ResourceType"], found["LogicalResourceId"]): found["PhysicalResourceId"]
        for page in pages
        for found in page["StackResourceSummaries"]
    }


def _outputs(description: dict[str, Any]) -> Outputs:
    return {o["OutputKey"]: o["OutputValue"] for o in description.get("Outputs", [])}


def _client(stack: Stack, endpoint: str, service: str) -> Any:
    return client(service, endpoint=endpoint, account=stack.account, region=stack.region)


def _create_or_update(stack: Stack, endpoint: str) -> Outputs:
    cloudformation = _client(stack, endpoint, "cloudformation")
    existing = _describe(cloudformation, stack.name)
    if existing is not None and existing["StackStatus"] in ("ROLLBACK_COMPLETE", "CREATE_FAILED"):
        # Such a stack can only be deleted, and holds nothing.
        delete([stack], endpoint)
        existing = None
    arguments = {
        "StackName": stack.name,
        "TemplateURL": upload.template(stack, endpoint),
        "Capabilities": ALL_CAPABILITIES,
    }
    try:
        if existing is None:
            cloudformation.create_stack(**arguments)
        else:
            cloudformation.update_stack(**arguments)
    except ClientError as error:
        if "No updates are to be performed" not in str(error):
            raise DeployError(f"stack {stack.name} was refused: {error}") from error
    description = _wait(cloudformation, stack, stack.name, {"CREATE_COMPLETE", "UPDATE_COMPLETE"})
    return _outputs(description)


def _describe(cloudformation: Any, stack_name: str) -> dict[str, Any] | None:
    try:
        stacks = cloudformation.describe_stacks(StackName=stack_name)["Stacks"]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    found: dict[str, Any] = stacks[0]
    return None if found["StackStatus"] == "DELETE_COMPLETE" else found


def _wait(cloudformation: Any, stack: Stack, name_or_id: str, wanted: set[str]) -> dict[str, Any]:
    retrying = Retrying(
        retry=retry_if_result(lambda found: found["StackStatus"].endswith("_IN_PROGRESS")),
        wait=wait_fixed(0.05),
        stop=stop_after_delay(STACK_TIMEOUT_S),
    )
    try:
        description: dict[str, Any] = retrying(
            lambda: cloudformation.describe_stacks(StackName=name_or_id)["Stacks"][0]
        )
    except RetryError as error:
        unfinished = _unfinished(cloudformation, name_or_id)
        raise DeployError(
            f"stack {stack.name} (account {stack.account}) is not done after "
            f"{STACK_TIMEOUT_S:.0f} s; it is still at {unfinished}"
        ) from error
    if description["StackStatus"] not in wanted:
        raise DeployError(_failure(cloudformation, stack, description))
    return description


def _unfinished(cloudformation: Any, name_or_id: str) -> str:
    resources = cloudformation.describe_stack_resources(StackName=name_or_id)["StackResources"]
    names = [
        f"{resource['LogicalResourceId']} ({resource['ResourceType']})"
        for resource in resources
        if resource["ResourceStatus"].endswith("_IN_PROGRESS")
    ]
    return ", ".join(names) or "no resource"


def _failure(cloudformation: Any, stack: Stack, description: dict[str, Any]) -> str:
    """Names the resource that failed first; those after it were only cancelled."""
    pages = cloudformation.get_paginator("describe_stack_events").paginate(
        StackName=description["StackId"]
    )
    events = [event for page in pages for event in page["StackEvents"]]
    failed = [
        event
        for event in events
        if event.get("ResourceStatus", "").endswith("_FAILED")
        and event["LogicalResourceId"] != stack.name
        and "cancelled" not in event.get("ResourceStatusReason", "")
    ]
    where = f"stack {stack.name} (account {stack.account}) ended as {description['StackStatus']}"
    if not failed:
        return f"{where}: {description.get('StackStatusReason', 'no reason given')}"
    first = failed[-1]
    return (
        f"{where}: resource {first['LogicalResourceId']} ({first['ResourceType']}): "
        f"{first.get('ResourceStatusReason', 'no reason given')}"
    )
