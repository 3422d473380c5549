"""One emulator per test session, empty at the start of each test."""

from collections.abc import Callable, Iterator
from typing import Any, Protocol

import pytest
from tenacity import Retrying, retry_if_result, stop_after_delay, wait_fixed

from local import clients, deploy, instances, process
from local.assembly import Stack

ALPHA = "100000000001"
BETA = "100000000002"
REGION = "eu-west-1"


class Aws(Protocol):
    """Makes boto3 clients of an account of the emulator."""

    def __call__(self, service: str, account: str = ALPHA) -> Any: ...


@pytest.fixture(scope="session")
def running_emulator() -> Iterator[instances.Emulator]:
    emulator = process.start(instances.free_port())
    yield emulator
    process.stop(emulator)


@pytest.fixture
def emulator(running_emulator: instances.Emulator) -> instances.Emulator:
    running_emulator.reset()
    return running_emulator


@pytest.fixture
def aws(emulator: instances.Emulator) -> Aws:
    def client(service: str, account: str = ALPHA) -> Any:
        return clients.client(service, endpoint=emulator.endpoint, account=account, region=REGION)

    return client


Deploy = Callable[..., dict[str, str]]


@pytest.fixture
def deploy_template(emulator: instances.Emulator) -> Deploy:
    """Deploys resources as a stack of an account; returns its outputs."""

    def deploy_resources(
        resources: dict[str, Any],
        *,
        account: str = ALPHA,
        outputs: dict[str, Any] | None = None,
        name: str = "stack",
    ) -> dict[str, str]:
        return deploy.deploy(
            [stack(resources, account=account, outputs=outputs, name=name)], emulator.endpoint
        )[name]

    return deploy_resources


def stack(
    resources: dict[str, Any],
    *,
    account: str = ALPHA,
    outputs: dict[str, Any] | None = None,
    name: str = "stack",
) -> Stack:
    """A stack without assets, as read from a cloud assembly."""
    template = {
        "Resources": resources,
        "Outputs": {key: {"Value": value} for key, value in (outputs or {}).items()},
    }
    return Stack(name, account, REGION, template, f"bootstrap-{account}", (), frozenset())


def eventually(condition: Callable[[], Any], timeout: float = 60) -> Any:
    """What the condition returns, once that is true; an AssertionError when it never is."""
    retrying = Retrying(
        retry=retry_if_result(lambda result: not result),
        wait=wait_fixed(0.05),
        stop=stop_after_delay(timeout),
        retry_error_callback=lambda state: state.outcome and state.outcome.result(),
    )
    result = retrying(condition)
    assert result, f"still {result!r} after {timeout} s"
    return result


def messages(sqs: Any, queue_url: str) -> list[dict[str, Any]]:
    """All messages in a queue that nothing else reads, which stay there."""
    answer = sqs.receive_message(
        QueueUrl=queue_url,
        MaxNumberOfMessages=10,
        VisibilityTimeout=0,
        MessageAttributeNames=["All"],
        MessageSystemAttributeNames=["All"],
    )
    found: list[dict[str, Any]] = answer.get("Messages", [])
    return found
