"""Where everything is: accounts, region, organization, environment.

The CDK is imported by what makes something of it: it takes seconds, and a Node.js process, which
who only asks for the domains can do without.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    import aws_cdk as cdk

CONFIG = Path(__file__).parents[1] / "cdk.json"


def _domains() -> tuple[str, ...]:
    accounts = json.loads(CONFIG.read_text())["context"]["accounts"]
    return tuple(accounts) if isinstance(accounts, dict) else ()


DOMAINS = _domains()
"""Every domain: `accounts` of cdk.json names each, and the account that it lives in.

Each has a stack, a folder of `lambdas` and, if it publishes, a module of `contracts`.
"""


class PartnerEvents(NamedTuple):
    """The bus on which a SaaS partner's events arrive, and what stands as `source` in them."""

    bus: str
    source: str

    @property
    def is_partner_bus(self) -> bool:
        """Whether it is the partner's own: nobody else can put events `aws.*`."""
        return self.bus == self.source


STAND_IN = PartnerEvents("support-partner", "partner/example.com/orders")
"""A custom bus in place of the partner's. It refuses sources that begin with `aws.`: they are for
AWS and its partners.
https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_PutEventsRequestEntry.html
"""


BROKERS = ("mq", "msk")
"""What else a domain can consume from, in an optional stack: a broker of Amazon MQ, and a Kafka
cluster of Amazon MSK. They cost money while nothing happens."""


@dataclass(frozen=True)
class Topology:
    """One environment of the system. `accounts` has an account for each domain.

    `monitoring` is the account that sees all others: a domain's may be it as well. `brokers` are
    those of BROKERS whose stack there is.
    """

    environment: str
    region: str
    accounts: Mapping[str, str]
    organization: str | None = None
    monitoring: str | None = None
    partner_event_source: str | None = None
    brokers: tuple[str, ...] = ()

    @property
    def partner(self) -> PartnerEvents:
        """Where the partner's events arrive: on the bus of its event source, if there is one."""
        if self.partner_event_source:
            return PartnerEvents(self.partner_event_source, self.partner_event_source)
        return STAND_IN

    @cached_property
    def partition(self) -> str:
        """The partition of the region: aws, aws-cn, aws-us-gov."""
        from aws_cdk import region_info

        return region_info.RegionInfo.get(self.region).partition or "aws"

    @property
    def is_development(self) -> bool:
        """Whether it is for developers, who want things to go fast and to be gone afterwards."""
        return self.environment == "dev"

    @property
    def keeps_data(self) -> bool:
        """Whether tables and buckets outlive their stack: everywhere but in development."""
        return not self.is_development

    @property
    def deploys_gradually(self) -> bool:
        """Whether a new version gets a share of the calls first: everywhere but in development."""
        return not self.is_development

    @property
    def removal_policy(self) -> "cdk.RemovalPolicy":
        """What becomes of data when its stack goes. Kept, unless its stack was never finished."""
        import aws_cdk as cdk

        if self.keeps_data:
            return cdk.RemovalPolicy.RETAIN_ON_UPDATE_OR_DELETE
        return cdk.RemovalPolicy.DESTROY

    @property
    def linked(self) -> dict[str, str]:
        """The accounts that are linked to the monitoring account, each by the first of its domains.

        CloudWatch takes one link of an account to a sink, and none to a sink of its own.
        https://docs.aws.amazon.com/OAM/latest/APIReference/API_CreateLink.html
        """
        found: dict[str, str] = {}
        for domain, account in self.accounts.items():
            if self.monitoring and account != self.monitoring:
                found.setdefault(account, domain)
        return found

    def env_of(self, domain: str) -> "cdk.Environment":
        """The account and region that a domain's stack deploys to."""
        import aws_cdk as cdk

        return cdk.Environment(account=self.accounts[domain], region=self.region)

    def bus_arn(self, domain: str) -> str:
        """The ARN of a domain's bus, which is named as the domain."""
        account = self.accounts[domain]
        return f"arn:{self.partition}:events:{self.region}:{account}:event-bus/{domain}"

    def root_arn(self, domain: str) -> str:
        """The principal that stands for a domain's whole account."""
        return f"arn:{self.partition}:iam::{self.accounts[domain]}:root"

    def redelivery_role_name(self, domain: str) -> str:
        """The role that delivers again what a domain's rules could not: consumers' buses name it.

        Of one region, since roles are of an account's every region.
        """
        return f"{domain}-redeliver-{self.region}"

    def redelivery_role_arn(self, domain: str) -> str:
        """Its ARN, known before it is there."""
        name = self.redelivery_role_name(domain)
        return f"arn:{self.partition}:iam::{self.accounts[domain]}:role/{name}"
