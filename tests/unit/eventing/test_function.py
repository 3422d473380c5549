"""`function`: the handler is made once a process, and where."""

from typing import Any

import msgspec
import pytest

from eventing.aws import Client, client
from eventing.function import Handler, function
from tests.unit.messages import CONTEXT


class Settings(msgspec.Struct):
    table_name: str


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The tables of the handlers that `make` made; the environment names no function."""
    monkeypatch.delenv("AWS_LAMBDA_FUNCTION_NAME", raising=False)
    monkeypatch.delenv("TABLE_NAME", raising=False)
    MADE.clear()
    return MADE


MADE: list[str] = []


def make(settings: Settings, given: Client) -> Handler:
    """Answers with its table."""
    assert given is client
    MADE.append(settings.table_name)

    def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
        return {"table": settings.table_name, "event": event, "context": context}

    return handler


def test_on_lambda_the_handler_is_made_at_once(
    made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "function")
    monkeypatch.setenv("TABLE_NAME", "orders")
    handler = function(make, Settings)
    assert made == ["orders"]
    assert handler({}, CONTEXT)["table"] == "orders"
    assert made == ["orders"]


def test_on_lambda_a_missing_variable_is_named_at_once(
    made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", "function")
    with pytest.raises(RuntimeError, match="`table_name`"):
        function(make, Settings)
    assert made == []


def test_elsewhere_the_first_call_makes_it_and_later_ones_do_not(
    made: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    handler = function(make, Settings)
    assert made == []
    monkeypatch.setenv("TABLE_NAME", "orders")
    answers = [handler({"n": n}, CONTEXT) for n in range(2)]
    assert made == ["orders"]
    assert [answer["event"] for answer in answers] == [{"n": 0}, {"n": 1}]
    assert answers[0]["context"] is CONTEXT


def test_elsewhere_a_missing_variable_is_named_by_each_call(made: list[str]) -> None:
    handler = function(make, Settings)
    for _ in range(2):
        with pytest.raises(RuntimeError, match="`table_name`"):
            handler({}, CONTEXT)
    assert made == []
