"""The functions' own clients, and pauses between attempts."""

from typing import Any

import pytest
from botocore.exceptions import DataNotFoundError

from eventing.aws import attempts, client
from tests.unit.deployed import REGION


@pytest.fixture
def region(monkeypatch: pytest.MonkeyPatch) -> str:
    """The environment of a function, as far as a client needs it."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    return REGION


def test_a_client_is_made_once_a_process(region: str) -> None:
    made = client("sqs")
    assert client("sqs") is made
    assert made.meta.region_name == region


def test_all_attempts_of_a_call_fit_into_the_timeout_of_a_function(region: str) -> None:  # noqa: ARG001
    config: Any = client("sqs").meta.config
    assert (config.connect_timeout, config.read_timeout) == (2, 4)
    assert config.retries["total_max_attempts"] * (2 + 4) < 20
    assert config.retries["mode"] == "standard"


def test_a_service_that_is_none_is_named(region: str) -> None:  # noqa: ARG001
    with pytest.raises(DataNotFoundError, match="pigeons"):
        client("pigeons")


def test_pauses_grow_and_are_random(pauses: list[float]) -> None:
    assert list(attempts(5)) == [0, 1, 2, 3, 4]
    for pause, most in zip(pauses, (0.1, 0.2, 0.4, 0.8), strict=True):
        assert 0 <= pause <= most
    assert len(set(pauses)) == 4


def test_the_first_attempt_does_not_wait(pauses: list[float]) -> None:
    assert list(attempts(1)) == [0]
    assert pauses == []
