"""The AWS calls of a handler: recorded, and made to fail, to be cut short, or to be overtaken."""

from collections.abc import Callable
from typing import Any

import botocore.client
import pytest
from botocore.exceptions import ClientError

from tests.unit.clients import client


class Died(BaseException):
    """The function is gone, as at its timeout: not an error that its own code could handle."""


class Calls:
    """Stands between every client and AWS. `made` has each operation and its parameters."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.made: list[tuple[str, dict[str, Any]]] = []
        self._before: list[Callable[[str], None]] = []
        self._after: list[Callable[[str], None]] = []
        call_aws = botocore.client.BaseClient._make_api_call  # type: ignore[attr-defined]

        def call(client: Any, operation: str, parameters: dict[str, Any]) -> Any:
            self.made.append((operation, parameters))
            for act in self._before:
                act(operation)
            try:
                return call_aws(client, operation, parameters)
            finally:
                # AWS has the call, also where it answers with an error.
                for act in self._after:
                    act(operation)

        monkeypatch.setattr(botocore.client.BaseClient, "_make_api_call", call)

    def of(self, operation: str) -> list[dict[str, Any]]:
        """The parameters of each call of this operation, in order."""
        return [parameters for made, parameters in self.made if made == operation]

    def forget(self) -> None:
        """Starts anew: nothing recorded, and nothing in the way of later calls."""
        self.made.clear()
        self._before.clear()
        self._after.clear()

    def die(self, call: int, *, after: bool) -> None:
        """The function dies at its nth call, counted from 0: before AWS has it, or right after."""

        def act(_: str) -> None:
            if len(self.made) == call + 1:
                raise Died

        (self._after if after else self._before).append(act)

    def refuse(
        self, operation: str, error: Exception, *, times: int = 1, **parameters: str
    ) -> None:
        """AWS answers the next calls of an operation with an error, of those with parameters."""
        left = [error] * times

        def act(called: str) -> None:
            if called == operation and left and parameters.items() <= self.made[-1][1].items():
                raise left.pop()

        self._before.append(act)

    def overtake(self, operation: str, other: Callable[[], object], *, times: int = 1) -> None:
        """Something else happens right before the next calls of an operation reach AWS.

        The calls that it makes itself are not overtaken.
        """
        left = [other] * times
        at_it = False

        def act(called: str) -> None:
            nonlocal at_it
            if called == operation and left and not at_it:
                at_it = True
                left.pop()()
                at_it = False

        self._before.append(act)


def throttled(operation: str) -> ClientError:
    """What AWS answers when it is asked too often, after the client's own retries."""
    return refused(operation, "ThrottlingException")


def refused(operation: str, code: str) -> ClientError:
    """What AWS answers for a call that it refuses with this code."""
    return ClientError({"Error": {"Code": code, "Message": "no"}}, operation)


def in_a_transaction(operation: str) -> ClientError:
    """What DynamoDB answers for a write of an item at which a transaction is."""
    code = "TransactionConflictException"
    error: ClientError = client("dynamodb").exceptions.TransactionConflictException(
        {"Error": {"Code": code, "Message": "ongoing"}}, operation
    )
    return error


def transaction_cancelled(*codes: str) -> ClientError:
    """What DynamoDB answers for a transaction that failed, with a reason for each item."""
    error: ClientError = client("dynamodb").exceptions.TransactionCanceledException(
        {
            "Error": {"Code": "TransactionCanceledException", "Message": "cancelled"},
            "CancellationReasons": [{"Code": code} for code in codes],
        },
        "TransactWriteItems",
    )
    return error
