"""What a tool needs of the accounts it works in, wherever they are."""

from typing import Any, Protocol


class Accounts(Protocol):
    """Clients and credentials, each of one account and of no other."""

    @property
    def is_local(self) -> bool:
        """Whether this is an emulator, not AWS."""
        ...

    @property
    def where(self) -> str:
        """Where this is, for a person: `AWS`, or the endpoint of the local run."""
        ...

    def client(self, service: str, account: str, region: str) -> Any:
        """A boto3 client of a service in an account and region.

        Raises AccountError when there are no credentials that STS says are of this account.
        """
        ...

    def environment(self, account: str, region: str) -> dict[str, str]:
        """The variables with which another program, such as the CDK CLI, works in an account.

        Raises AccountError as `client` does.
        """
        ...
