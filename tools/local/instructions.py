"""What a person is told who has brought an app up."""

import json
import shlex
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from local import apis, clients, commands
from local.assembly import Stack
from local.system import Deployed, System

SHOWN = 8
"""How many names of a kind a stack's lines give before they only count the rest."""

CALLS = 4
"""How many calls of an API are given to paste, where the stack gives no examples of its own."""

KINDS = {
    "buses": "AWS::Events::EventBus",
    "topics": "AWS::SNS::Topic",
    "queues": "AWS::SQS::Queue",
    "tables": "AWS::DynamoDB::Table",
    "state machines": "AWS::StepFunctions::StateMachine",
    "functions": "AWS::Lambda::Function",
}


def where(system: System) -> str:
    """One line: the endpoint, and the stacks of each account."""
    accounts: dict[str, list[str]] = defaultdict(list)
    for deployed in system.stacks.values():
        accounts[deployed.account].append(deployed.label)
    places = (f"{_and(labels)} in account {account}" for account, labels in accounts.items())
    return f"deployed on {system.endpoint}: {', '.join(places)}\n"


def how_to_use(system: System, stacks: Sequence[Stack], assembly: Path) -> str:
    """Each stack with what it holds and how its APIs are called; how to look, and to stop."""
    parts = [f"Running on {system.endpoint}; the app is {assembly}"]
    agnostic = [stack for stack in stacks if stack.agnostic]
    if agnostic:
        parts.append(
            f"{_and([stack.label for stack in agnostic])} name no account or region of their own: "
            "--account and --region choose others"
        )
    parts += ["\n".join(_stack(system, stack)) for stack in stacks]
    parts.append(_look(system, next(iter(system.stacks.values()))))
    parts.append(f"Stop it:\n  {commands.down(assembly)}")
    return "\n\n".join(parts)


def _stack(system: System, stack: Stack) -> Iterator[str]:
    deployed = system.stack(stack.label)
    yield f"{stack.label} · account {stack.account}, region {stack.region}"
    for kind, resource_type in KINDS.items():
        names = [_short(name) for name in system.resources(stack.label, resource_type).values()]
        if names:
            yield f"  {kind:<9} {_listed(sorted(names))}"
    for api, path in deployed.apis.items():
        routes = apis.routes(stack.template, api)
        yield f"  API       {system.endpoint}{path}"
        yield from (f"    {route.method} {route.path}{_authorization(route)}" for route in routes)
        for method, called, body in _examples(stack, routes):
            signed = _is_signed(routes, method, called)
            yield f"  {_curl(deployed, method, system.endpoint + path + called, body, signed)}"


def _examples(stack: Stack, routes: Sequence[apis.Route]) -> list[tuple[str, str, Any]]:
    """Calls to paste, as method, path and body: those of the stack's metadata, or some of all."""
    given = stack.metadata.get("requests", [])
    if given and len(stack_apis(stack)) == 1:
        return [(str(r["method"]), str(r["path"]), r.get("body")) for r in given]
    return [(*route.example, None) for route in routes[:CALLS]]


def stack_apis(stack: Stack) -> list[str]:
    """The logical ids of a stack's APIs."""
    return [i for i, r in stack.template["Resources"].items() if r["Type"] in apis.STAGES]


def _is_signed(routes: Sequence[apis.Route], method: str, path: str) -> bool:
    """Whether the most specific route that a call matches asks for a signature."""
    matching = [route for route in routes if route.matches(method, path)]
    return bool(matching) and max(matching, key=lambda route: len(route.path)).signed


def _curl(deployed: Deployed, method: str, url: str, body: Any, signed: bool) -> str:
    words = ["curl"]
    if signed:
        words += ["--aws-sigv4", f"aws:amz:{deployed.region}:execute-api"]
        words += ["--user", f"{deployed.account}:{clients.SECRET}"]
    if method != ("GET" if body is None else "POST"):
        words += ["-X", method]
    if body is not None:
        words += ["-H", "Content-Type: application/json", "-d", json.dumps(body)]
    return " ".join(shlex.quote(word) for word in [*words, url])


def _authorization(route: apis.Route) -> str:
    return {"NONE": "", apis.IAM: " (signed)"}.get(route.authorization, f" ({route.authorization})")


def _look(system: System, first: Deployed) -> str:
    return f"""\
Look at it with the aws CLI; the access key id is the account id:
  export AWS_ENDPOINT_URL={system.endpoint} AWS_DEFAULT_REGION={first.region}
  export AWS_ACCESS_KEY_ID={first.account} AWS_SECRET_ACCESS_KEY={clients.SECRET}
  aws --endpoint-url $AWS_ENDPOINT_URL sqs list-queues
  aws --endpoint-url $AWS_ENDPOINT_URL sqs get-queue-attributes --attribute-names All \\
    --queue-url QUEUE_URL
  aws --endpoint-url $AWS_ENDPOINT_URL logs describe-log-groups --query 'logGroups[].logGroupName'
  aws --endpoint-url $AWS_ENDPOINT_URL logs filter-log-events --log-group-name LOG_GROUP"""


def _short(physical_id: str) -> str:
    """The name at the end of an ARN or a URL."""
    return physical_id.rsplit("/", 1)[-1].rsplit(":", 1)[-1]


def _listed(names: Sequence[str]) -> str:
    more = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {more} more" if more > 0 else "")


def _and(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]]) if len(names) > 1 else names[0]
