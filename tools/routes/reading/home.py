"""Where a stack is deployed: what its names and ARNs begin with."""

from dataclasses import dataclass

from routes.reading.tokens import unknown

# Regions outside the partition "aws" carry these prefixes.
_PARTITIONS = {
    "cn-": "aws-cn",
    "eu-isoe-": "aws-iso-e",
    "eusc-": "aws-eusc",
    "us-gov-": "aws-us-gov",
    "us-iso-": "aws-iso",
    "us-isob-": "aws-iso-b",
    "us-isof-": "aws-iso-f",
}


@dataclass(frozen=True)
class Home:
    """A stack's name, account and region; the last two are tokens where the app leaves them open.

    An app that leaves its region open is taken to be of the partition `aws`: those that write
    ARNs out write `arn:aws:…`, and everything else is written from the same value.
    """

    name: str
    account: str
    region: str

    @property
    def partition(self) -> str:
        return partition_of(self.region)


def partition_of(region: str) -> str:
    """The partition that a region is in: what ARNs begin with, after `arn:`."""
    for prefix, partition in _PARTITIONS.items():
        if region.startswith(prefix):
            return partition
    return "aws"


def environment(text: str) -> tuple[str, str]:
    """Returns account and region of `aws://ACCOUNT/REGION`.

    What the app does not set is a token, equal in all its stacks.
    """
    account, _, region = text.removeprefix("aws://").partition("/")
    return (
        unknown("AWS::AccountId") if account in ("", "unknown-account") else account,
        unknown("AWS::Region") if region in ("", "unknown-region") else region,
    )
