"""Bootstraps each account with its own credentials and a policy made for its stacks.

https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-customizing.html
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from accounts import Accounts
from deploy.documents import document, documents
from deploy.execution_policy import boundary_of, boundary_policy, execution_policy
from routes.reading.assembly import Assembly, Stack
from routes.reading.home import partition_of

_DEFAULT_QUALIFIER = "hnb659fds"
_MOST_VERSIONS = 5


@dataclass(frozen=True)
class Environment:
    """An account and region, the managed policies to make there by name, and the command.

    The first of `policies` is the boundary of the stacks' roles, where they have one.
    """

    account: str
    region: str
    policies: dict[str, str]
    command: tuple[str, ...]
    notes: tuple[str, ...]


def environments(folder: Path, *assemblies: Assembly) -> list[Environment]:
    """What to bootstrap, for the stacks of all assemblies: those to come and those that are there.

    Raises DeployError for a resource type that nobody knows, or a policy that is too large.
    """
    qualifier = qualifier_of(folder)
    homes: dict[tuple[str, str], list[Stack]] = {}
    for assembly in assemblies:
        for stack in assembly.stacks:
            homes.setdefault((stack.account, stack.region), []).append(stack)
    return [_environment(folder, home, stacks, qualifier) for home, stacks in sorted(homes.items())]


def qualifier_of(folder: Path) -> str:
    """The qualifier of the bootstrap that an assembly was made for."""
    artifacts = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["artifacts"]
    for entry in artifacts.values():
        parameter = entry.get("properties", {}).get("bootstrapStackVersionSsmParameter")
        if parameter:
            return str(parameter).split("/")[2]
    return _DEFAULT_QUALIFIER


def bootstrap(environment: Environment, accounts: Accounts) -> None:
    """Makes or updates the managed policies of an account. The CDK CLI does the rest."""
    iam = accounts.client("iam", environment.account, environment.region)
    for name, text in environment.policies.items():
        arn = _policy_arn(environment.account, environment.region, name)
        try:
            iam.create_policy(PolicyName=name, PolicyDocument=text)
        except ClientError as error:
            if error.response["Error"]["Code"] != "EntityAlreadyExists":
                raise
            _new_version(iam, arn, text)


def _environment(
    folder: Path, home: tuple[str, str], stacks: Sequence[Stack], qualifier: str
) -> Environment:
    account, region = home
    policy = execution_policy(stacks, qualifier)
    named = {
        f"cdk-{qualifier}-execution-{region}-{number}": text
        for number, text in enumerate(documents(policy.statements), start=1)
    }
    arns = ",".join(_policy_arn(account, region, name) for name in named)
    command = [
        "cdk",
        "bootstrap",
        f"aws://{account}/{region}",
        # Without it the CLI would run the app, only to see what it is told already.
        "--app",
        str(folder),
        "--no-notices",
        "--cloudformation-execution-policies",
        arns,
        *(() if qualifier == _DEFAULT_QUALIFIER else ("--qualifier", qualifier)),
    ]
    resources = [each for stack in stacks for each in stack.resources.values()]
    boundary = boundary_of(resources)
    bounding = (
        {boundary.rsplit("/", 1)[-1]: document(boundary_policy(resources))} if boundary else {}
    )
    return Environment(account, region, bounding | named, tuple(command), tuple(policy.notes))


def _policy_arn(account: str, region: str, name: str) -> str:
    return f"arn:{partition_of(region)}:iam::{account}:policy/{name}"


def _new_version(iam: Any, arn: str, text: str) -> None:
    """The policy's new default version; IAM keeps five, so the oldest goes."""
    versions = iam.list_policy_versions(PolicyArn=arn)["Versions"]
    spare = [each["VersionId"] for each in versions if not each["IsDefaultVersion"]]
    if len(versions) >= _MOST_VERSIONS:
        iam.delete_policy_version(PolicyArn=arn, VersionId=spare[-1])
    iam.create_policy_version(PolicyArn=arn, PolicyDocument=text, SetAsDefault=True)
