"""A handle on the running system, for whoever drives or watches it: demo, tests, measurements."""

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, TypeVar

import httpx
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from tenacity import RetryError, Retrying, retry_if_result, stop_after_delay

from local import clients, commands, control, instances
from local.errors import LocalRunError
from local.paths import ASSEMBLY

POLL_S = 0.05
SHARE = 0.1
"""The pause before a condition is asked again, as a share of the wait so far."""
NESTED_STACK = "AWS::CloudFormation::Stack"
Result = TypeVar("Result")


@dataclass(frozen=True)
class Deployed:
    """A stack where it runs. `label` is what it is called here, `name` its name on AWS.

    `apis` are the paths at which its HTTP and REST APIs are called, by logical id.
    """

    label: str
    account: str
    region: str
    name: str
    outputs: dict[str, str]
    apis: dict[str, str]


@dataclass(frozen=True)
class System:
    """The deployed stacks by label, and the emulator they run on.

    A stack's label is the domain that its template's metadata names, or else its name.
    """

    port: int
    pid: int
    stacks: dict[str, Deployed]

    @property
    def endpoint(self) -> str:
        """What AWS_ENDPOINT_URL must be to reach the system."""
        return f"http://{instances.HOST}:{self.port}"

    @property
    def emulator(self) -> instances.Emulator:
        """The process that the system runs in."""
        return instances.Emulator(self.port, self.pid, instances.folder_of(self.port))

    def stack(self, label: str) -> Deployed:
        """Raises LocalRunError when no stack of that label is deployed."""
        if label not in self.stacks:
            raise LocalRunError(f"there is no stack {label!r}, only {sorted(self.stacks)}")
        return self.stacks[label]

    def client(self, service: str, stack: str) -> Any:
        """A boto3 client of a service in a stack's account and region."""
        owner = self.stack(stack)
        return clients.client(
            service, endpoint=self.endpoint, account=owner.account, region=owner.region
        )

    def output(self, stack: str, name: str) -> str:
        """An output of a stack. Raises LocalRunError when it has none of that name."""
        outputs = self.stack(stack).outputs
        if name not in outputs:
            raise LocalRunError(f"{stack} has no output {name!r}, only {sorted(outputs)}")
        return outputs[name]

    def resources(self, stack: str, resource_type: str) -> dict[str, str]:
        """The physical ids of a stack's resources of a type, by logical id.

        The logical ids of a nested stack's resources follow its own: `Nested/Queue`.
        """
        if stack not in self._known:
            self._known[stack] = list(self._resources(stack, self.stack(stack).name))
        return {name: id for name, kind, id in self._known[stack] if kind == resource_type}

    @cached_property
    def _known(self) -> dict[str, list[tuple[str, str, str]]]:
        """The resources of each stack that was asked for; an updated system has another handle."""
        return {}

    def _resources(self, stack: str, stack_name: str) -> Iterator[tuple[str, str, str]]:
        """Logical id, type and physical id of each resource."""
        paginator = self.client("cloudformation", stack).get_paginator("list_stack_resources")
        for page in paginator.paginate(StackName=stack_name):
            for resource in page["StackResourceSummaries"]:
                logical_id, kind = resource["LogicalResourceId"], resource["ResourceType"]
                yield logical_id, kind, resource["PhysicalResourceId"]
                if kind == NESTED_STACK:
                    nested = self._resources(stack, resource["PhysicalResourceId"])
                    yield from ((f"{logical_id}/{name}", *rest) for name, *rest in nested)  # type: ignore[misc]

    def api_url(self, stack: str | None = None) -> str:
        """The base URL of a stack's HTTP or REST API, without a slash at its end.

        Without a stack, that of the only stack that has an API.

        Raises LocalRunError when there is no API, or more than one.
        """
        owner = self._owner_of_api(stack)
        if len(owner.apis) != 1:
            raise LocalRunError(f"{owner.label} has the APIs {sorted(owner.apis)}, expected one")
        return self.endpoint + next(iter(owner.apis.values()))

    def signed_headers(
        self, method: str, url: str, body: bytes = b"", stack: str | None = None
    ) -> dict[str, str]:
        """The headers of a request to an API, signed (SigV4) as the stack's account.

        Without a stack, as that of the only stack that has an API.
        """
        owner = self._owner_of_api(None) if stack is None else self.stack(stack)
        request = AWSRequest(method, url, {"Content-Type": "application/json"}, body)
        credentials = Credentials(owner.account, clients.SECRET)
        SigV4Auth(credentials, "execute-api", owner.region).add_auth(request)
        return dict(request.headers)

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        headers: dict[str, str] | None = None,
        stack: str | None = None,
    ) -> httpx.Response:
        """Calls a stack's API with a signed request; `body` is sent as JSON, bytes as they are.

        Without a stack, that of the only stack that has an API.
        """
        url = self.api_url(stack) + path
        content = body if isinstance(body, bytes) else b"" if body is None else _json(body)
        signed = self.signed_headers(method, url, content, stack)
        return instances.http.request(
            method, url, content=content, headers={**signed, **(headers or {})}
        )

    def _owner_of_api(self, stack: str | None) -> Deployed:
        if stack is not None:
            return self.stack(stack)
        owners = [deployed for deployed in self.stacks.values() if deployed.apis]
        if len(owners) != 1:
            found = sorted(owner.label for owner in owners)
            raise LocalRunError(f"stacks with an API are {found}, expected one; name the one meant")
        return owners[0]

    def switch_consumers(self, stack: str, *, on: bool) -> None:
        """Switches the event source mappings of a stack's functions on or off."""
        functions = self.client("lambda", stack)
        for uuid in self.resources(stack, "AWS::Lambda::EventSourceMapping").values():
            functions.update_event_source_mapping(UUID=uuid, Enabled=on)

    def queues(self, stack: str) -> dict[str, str]:
        """The URLs of a stack's queues by name, as they are reached on this machine."""
        urls = self.resources(stack, "AWS::SQS::Queue").values()
        return {url.rsplit("/", 1)[-1]: self.emulator_url(url) for url in urls}

    def depths(self, stack: str) -> dict[str, int]:
        """How many messages each queue of a stack holds, by name, those in flight and those whose
        delay is not over included.
        """
        urls = self.resources(stack, "AWS::SQS::Queue").values()
        held = control.depths(self.emulator)
        return {url.rsplit("/", 1)[-1]: held[url] for url in urls}

    def emulator_url(self, queue_url: str) -> str:
        """A queue's URL on this machine, whatever host its stack names."""
        return f"{self.endpoint}/{'/'.join(queue_url.rsplit('/', 2)[-2:])}"

    def save(self) -> None:
        """Keeps the handle for other processes, as long as the emulator's folder is there."""
        kept = json.dumps(asdict(self), indent=2)
        (self.emulator.folder / "system.json").write_text(kept, encoding="utf-8")


def load(assembly: Path = ASSEMBLY) -> System | None:
    """The system of an assembly that `save` kept, whether or not it still runs, or None."""
    for port, folder in instances.all_found():
        emulator = instances.Emulator(port, 0, folder)
        if emulator.app == assembly.resolve() and (folder / "system.json").exists():
            return _read(folder / "system.json")
    return None


def running(assembly: Path = ASSEMBLY) -> System:
    """The system of an assembly that was left running. Raises LocalRunError when none runs."""
    system = load(assembly)
    if system is None or not system.emulator.is_running():
        raise LocalRunError(
            f"no local run of {assembly} is running; start one with `{commands.up(assembly)}`"
        )
    return system


def _read(file: Path) -> System:
    kept = json.loads(file.read_text(encoding="utf-8"))
    stacks = {label: Deployed(**deployed) for label, deployed in kept["stacks"].items()}
    return System(**{**kept, "stacks": stacks})


def wait_until(
    condition: Callable[[], Result], timeout: float, what: str, every: float = POLL_S
) -> Result:
    """What the condition returns, once that is true. It is asked `every` so many seconds, or after
    as long as it takes to ask, or a tenth of what the wait has lasted, whichever is longest: asking
    takes time from those who are waited for.

    Raises LocalRunError, which says `what` was waited for, after `timeout` seconds.
    """
    took = 0.0

    def asked() -> Result:
        nonlocal took
        began = time.monotonic()
        try:
            return condition()
        finally:
            took = time.monotonic() - began

    retrying = Retrying(
        retry=retry_if_result(lambda result: not result),
        wait=lambda state: max(every, took, SHARE * (state.seconds_since_start or 0)),
        stop=stop_after_delay(timeout),
    )
    try:
        return retrying(asked)
    except RetryError as error:
        raise LocalRunError(
            f"{what}: still not so after {timeout:.0f} s "
            f"(last seen: {error.last_attempt.result()!r})"
        ) from error


def _json(body: object) -> bytes:
    return json.dumps(body).encode()
