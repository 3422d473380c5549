"""The accounts of a local run: each is there, and its access key id is its number."""

from dataclasses import dataclass
from typing import Any

from local import clients


@dataclass(frozen=True)
class Emulated:
    """The accounts behind one endpoint. Nothing in the user's environment can lead elsewhere."""

    endpoint: str
    is_local: bool = True

    @property
    def where(self) -> str:
        """The endpoint, in words."""
        return f"the local run on {self.endpoint}"

    def client(self, service: str, account: str, region: str) -> Any:
        """See Accounts."""
        return clients.client(service, endpoint=self.endpoint, account=account, region=region)

    def environment(self, account: str, region: str) -> dict[str, str]:
        """See Accounts."""
        return {
            "AWS_ENDPOINT_URL": self.endpoint,
            "AWS_ACCESS_KEY_ID": account,
            "AWS_SECRET_ACCESS_KEY": clients.SECRET,
            "AWS_REGION": region,
            "AWS_DEFAULT_REGION": region,
        }
