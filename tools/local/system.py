"""A handle on the running system, for whoever drives or watches it: demo, tests, measurements."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, TypeVar
from urllib.parse import urlsplit

import httpx
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from tenacity import RetryError, Retrying, retry_if_result, stop_after_delay, wait_fixed

from local import clients, instances
from local.errors import LocalRunError

STATE_FILE = instances.STATE / "system.json"
POLL_S = 0.05
Result = TypeVar("Result")


@dataclass(frozen=True)
class Domain:
    """Where a domain's stack runs, and what it says of itself."""

    name: str
    account: str
    region: str
    stack: str
    outputs: dict[str, str]


@dataclass(frozen=True)
class System:
    """The deployed domains by name, and the emulator they run on."""

    port: int
    pid: int
    domains: dict[str, Domain]

    @property
    def endpoint(self) -> str:
        """What AWS_ENDPOINT_URL must be to reach the system."""
        return f"http://{instances.HOST}:{self.port}"

    @property
    def emulator(self) -> instances.Emulator:
        """The process that the system runs in."""
        return instances.Emulator(self.port, self.pid, instances.folder_of(self.port))

    def domain(self, name: str) -> Domain:
        """Raises LocalRunError when no stack of that domain is deployed."""
        if name not in self.domains:
            raise LocalRunError(f"there is no domain {name!r}, only {sorted(self.domains)}")
        return self.domains[name]

    def client(self, service: str, domain: str) -> Any:
        """A boto3 client of a service in a domain's account and region."""
        owner = self.domain(domain)
        return clients.client(
            service, endpoint=self.endpoint, account=owner.account, region=owner.region
        )

    def output(self, domain: str, name: str) -> str:
        """An output of a domain's stack. Raises LocalRunError when it has none of that name."""
        outputs = self.domain(domain).outputs
        if name not in outputs:
            raise LocalRunError(f"{domain} has no output {name!r}, only {sorted(outputs)}")
        return outputs[name]

    def resources(self, domain: str, resource_type: str) -> dict[str, str]:
        """The physical ids of a domain's resources of a type, by logical id."""
        pages = (
            self.client("cloudformation", domain)
            .get_paginator("list_stack_resources")
            .paginate(StackName=self.domain(domain).stack)
        )
        return {
            resource["LogicalResourceId"]: resource["PhysicalResourceId"]
            for page in pages
            for resource in page["StackResourceSummaries"]
            if resource["ResourceType"] == resource_type
        }

    def api_url(self, domain: str = "orders") -> str:
        """The base URL of a domain's HTTP API, without a slash at its end.

        Raises LocalRunError when the domain's stack has no output `ApiUrl`.
        """
        # The API's id is the first label of its host name, here as on AWS.
        api_id = str(urlsplit(self.output(domain, "ApiUrl")).hostname).split(".")[0]
        return f"{self.endpoint}/_aws/execute-api/{api_id}/$default"

    def signed_headers(
        self, method: str, url: str, body: bytes = b"", domain: str = "orders"
    ) -> dict[str, str]:
        """The headers of a request to the HTTP API, signed (SigV4) as the domain's account."""
        owner = self.domain(domain)
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
        domain: str = "orders",
    ) -> httpx.Response:
        """Calls the HTTP API with a signed request; `body` is sent as JSON, bytes as they are."""
        url = self.api_url(domain) + path
        content = body if isinstance(body, bytes) else b"" if body is None else _json(body)
        signed = self.signed_headers(method, url, content, domain)
        return instances.http.request(
            method, url, content=content, headers={**signed, **(headers or {})}
        )

    def switch_consumers(self, domain: str, *, on: bool) -> None:
        """Switches the event source mappings of a domain's functions on or off."""
        functions = self.client("lambda", domain)
        for uuid in self.resources(domain, "AWS::Lambda::EventSourceMapping").values():
            functions.update_event_source_mapping(UUID=uuid, Enabled=on)

    def queues(self, domain: str) -> dict[str, str]:
        """The URLs of a domain's queues by name."""
        urls = self.resources(domain, "AWS::SQS::Queue").values()
        return {url.rsplit("/", 1)[-1]: url for url in urls}

    def depths(self, domain: str) -> dict[str, int]:
        """How many messages each queue of a domain holds, by name, those in flight included."""
        sqs = self.client("sqs", domain)
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        return {
            name: sum(
                int(count)
                for count in sqs.get_queue_attributes(
                    QueueUrl=self.emulator_url(url), AttributeNames=names
                )["Attributes"].values()
            )
            for name, url in self.queues(domain).items()
        }

    def emulator_url(self, queue_url: str) -> str:
        """A queue's URL on this machine, whatever host its stack names."""
        return f"{self.endpoint}/{'/'.join(queue_url.rsplit('/', 2)[-2:])}"

    def save(self) -> None:
        """Keeps the handle for other processes; `load` gives it to them."""
        STATE_FILE.parent.mkdir(exist_ok=True)
        STATE_FILE.write_text(json.dumps(asdict(self), indent=2), encoding="utf-8")


def load() -> System | None:
    """The system that `save` kept, whether or not it still runs; None when there is none."""
    try:
        kept = json.loads(STATE_FILE.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    domains = {name: Domain(**domain) for name, domain in kept["domains"].items()}
    return System(**{**kept, "domains": domains})


def running() -> System:
    """The system that `make up` left running. Raises LocalRunError when none runs."""
    system = load()
    if system is None or not system.emulator.is_running():
        raise LocalRunError("no local run of Crossbus is running; start one with `make up`")
    return system


def wait_until(condition: Callable[[], Result], timeout: float, what: str) -> Result:
    """What the condition returns, once that is true.

    Raises LocalRunError, which says `what` was waited for, after `timeout` seconds.
    """
    retrying = Retrying(
        retry=retry_if_result(lambda result: not result),
        wait=wait_fixed(POLL_S),
        stop=stop_after_delay(timeout),
    )
    try:
        return retrying(condition)
    except RetryError as error:
        raise LocalRunError(
            f"{what}: still not so after {timeout:.0f} s "
            f"(last seen: {error.last_attempt.result()!r})"
        ) from error


def _json(body: object) -> bytes:
    return json.dumps(body).encode()
