"""The parameters of a stack that are outputs of others, read where those are deployed."""

from botocore.exceptions import ClientError

from accounts import Accounts
from deploy.errors import DeployError
from routes.order.states import Key
from routes.reading.assembly import Assembly
from routes.reading.handovers import Handover


def given_to(key: Key, assembly: Assembly, accounts: Accounts) -> tuple[dict[str, str], list[str]]:
    """The values of a stack's parameters, and a line for each that nobody knows yet.

    One that is not known keeps the value that it has, or its default.
    """
    values, unknown = {}, []
    # A nested stack has its parameters from its parent.
    (stack,) = (each for each in assembly.stacks if (each.name, Key.of(each)) == (key.name, key))
    for each in stack.handovers:
        value = _output(each, accounts)
        if value is None:
            unknown.append(
                f"{stack.name}: its parameter {each.parameter} is left as it is: {each.stack} of "
                f"account {each.account} has no output {each.output} yet"
            )
        else:
            values[each.parameter] = value
    return values, unknown


def _output(given: Handover, accounts: Accounts) -> str | None:
    cloudformation = accounts.client("cloudformation", given.account, given.region)
    try:
        described = cloudformation.describe_stacks(StackName=given.stack)["Stacks"][0]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise DeployError(
            f"stack {given.stack} of account {given.account} cannot be read: {error}"
        ) from error
    outputs = {each["OutputKey"]: each["OutputValue"] for each in described.get("Outputs", [])}
    return outputs.get(given.output)
