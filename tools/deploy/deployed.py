"""What is deployed, as a cloud assembly: the templates that CloudFormation has of the stacks."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from accounts import Accounts
from deploy.errors import DeployError
from local.left_out import without_left_out
from routes.order.states import Key
from routes.reading.assembly import Assembly, AssemblyError, Stack, load

# A stack that was never finished, or is gone, carries nothing.
_NOT_THERE = frozenset(
    {
        "REVIEW_IN_PROGRESS",
        "CREATE_FAILED",
        "ROLLBACK_COMPLETE",
        "ROLLBACK_FAILED",
        "DELETE_COMPLETE",
    }
)


def read(folder: Path) -> Assembly:
    """The cloud assembly in a folder. DeployError where there is none."""
    try:
        return load(folder)
    except AssemblyError as error:
        raise DeployError(f"{error}; `cdk synth` writes one") from error


def homes(assembly: Assembly) -> list[Key]:
    """The stacks to deploy, nested ones left out. DeployError where one names no account."""
    found = sorted({Key.of(stack) for stack in assembly.stacks})
    for key in found:
        if not (key.account.isdigit() and len(key.account) == 12):
            raise DeployError(
                f"stack {key.name}: its account is {key.account!r}, expected 12 digits; "
                "give it an `env` with account and region"
            )
    return found


def of(assembly: Assembly, accounts: Accounts) -> Assembly:
    """The same stacks as they are in their accounts; those that are not there are left out.

    Nested stacks are not looked at.
    """
    found = []
    for key in homes(assembly):
        template = deployed_template(key, accounts)
        if template is not None:
            file = assembly.directory / f"{key.name}.template.json"
            found.append(Stack(key.name, file, template, key.account, key.region))
    return Assembly(assembly.directory, found)


def as_local(assembly: Assembly) -> Assembly:
    """The same stacks as the local run deploys them: without what they say is not for it.

    Raises LocalRunError where something else needs that.
    """
    return Assembly(assembly.directory, [_as_local(stack) for stack in assembly.stacks])


def _as_local(stack: Stack) -> Stack:
    local = replace(stack, template=without_left_out(stack.template)[0])
    local.scope.exports = stack.scope.exports
    return local


def deployed_template(key: Key, accounts: Accounts) -> dict[str, Any] | None:
    """The template of a stack as it is deployed, None where it is not."""
    cloudformation = accounts.client("cloudformation", key.account, key.region)
    try:
        described = cloudformation.describe_stacks(StackName=key.name)["Stacks"][0]
        if described["StackStatus"] in _NOT_THERE:
            return None
        body = cloudformation.get_template(StackName=key.name, TemplateStage="Original")
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise DeployError(
            f"stack {key.name} of account {key.account} cannot be read: {error}"
        ) from error
    template = body["TemplateBody"]
    if isinstance(template, str):
        try:
            template = json.loads(template)
        except ValueError:
            raise DeployError(
                f"stack {key.name} of account {key.account} was not deployed from JSON: "
                "expected the template that `cdk synth` writes"
            ) from None
    return dict(template)
