"""The deployed system: an assembly's places where they really are, and clients to reach them."""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from accounts import Accounts
from local.assembly import DEFAULT_ACCOUNT, DEFAULT_REGION
from operate.errors import OperateError
from routes.journeys.graph import Routes
from routes.network.model import Place
from routes.reading.assembly import AssemblyError, Resource, Stack
from routes.reading.names import NAMINGS
from routes.reading.tokens import is_known


@dataclass(frozen=True)
class Environment:
    """Account and region of stacks whose templates leave them open; None where not given."""

    account: str | None = None
    region: str | None = None


class System:
    """An assembly's resources as they are deployed: physical names, ARNs, clients."""

    def __init__(self, routes: Routes, accounts: Accounts, open_: Environment) -> None:
        self.routes = routes
        self.accounts = accounts
        self._open = open_
        self._physical: dict[Stack, dict[str, str]] = {}
        self._urls: dict[str, str] = {}

    @classmethod
    def of(cls, assembly: Path, accounts: Accounts, open_: Environment) -> "System":
        """The system of a cloud assembly; raises OperateError where there is none."""
        try:
            return cls(Routes.of(assembly), accounts, open_)
        except AssemblyError as error:
            raise OperateError(str(error)) from error

    @cached_property
    def stacks(self) -> list[Stack]:
        """The stacks of the assembly, without nested ones."""
        return [stack for stack in self.routes.assembly.stacks if "/" not in stack.name]

    def home(self, stack: Stack) -> tuple[str, str]:
        """Account and region of a stack; raises OperateError where neither template nor user says.

        Where a template leaves them open, a local run has put the stack where it puts all such.
        """
        local = self.accounts.is_local
        account = self._open.account or (DEFAULT_ACCOUNT if local else None)
        region = self._open.region or (DEFAULT_REGION if local else None)
        account = stack.account if is_known(stack.account) else account
        region = stack.region if is_known(stack.region) else region
        if account is None or region is None:
            missing = "--account" if account is None else "--region"
            raise OperateError(
                f"the stack {stack.name} leaves open where it is deployed: say it with {missing}"
            )
        return account, region

    def client(self, service: str, where: Place | Resource | Stack) -> Any:
        """A boto3 client of a service in the account and region of a stack, resource or place."""
        if isinstance(where, Place):
            if where.resource is None:
                return self.accounts.client(service, where.account, where.region)
            where = where.resource
        account, region = self.home(where if isinstance(where, Stack) else where.stack)
        return self.accounts.client(service, account, region)

    def physical(self, resource: Resource) -> str:
        """The physical id of a resource; raises OperateError when it is not deployed."""
        stack = resource.stack
        if stack not in self._physical:
            self._physical[stack] = self._listed(stack)
        found = self._physical[stack].get(resource.logical_id)
        if not found:
            raise OperateError(
                f"{resource.address} is not deployed {self._place_of(stack)}: the assembly "
                f"{self.routes.assembly.directory} must be the one that was deployed"
            )
        return found

    def _listed(self, stack: Stack) -> dict[str, str]:
        pages = self.client("cloudformation", stack).get_paginator("list_stack_resources")
        try:
            return {
                resource["LogicalResourceId"]: resource.get("PhysicalResourceId", "")
                for page in pages.paginate(StackName=self._deployed_name(stack))
                for resource in page["StackResourceSummaries"]
            }
        except ClientError as error:
            raise OperateError(
                f"the stack {stack.name} cannot be read {self._place_of(stack)}: {error}"
            ) from error

    def _deployed_name(self, stack: Stack) -> str:
        """A nested stack's name is its parent's resource."""
        parent, _, logical_id = stack.name.rpartition("/")
        if not parent:
            return stack.name
        owner = next(each for each in self.routes.assembly.stacks if each.name == parent)
        return self.physical(owner.resources[logical_id])

    def _place_of(self, stack: Stack) -> str:
        account, region = self.home(stack)
        return f"in account {account}, {region} ({self.accounts.where})"

    def name(self, place: Place) -> str:
        """The name that a place's service knows it by."""
        if place.resource is None:
            return place.name
        physical = self.physical(place.resource)
        # A queue's physical id is its URL, a topic's its ARN, the others' are names.
        separator = {"queue": "/", "topic": ":"}.get(place.kind)
        return physical.rsplit(separator, 1)[-1] if separator else physical

    def arn(self, place: Place) -> str:
        """The ARN of a place as it is deployed."""
        if place.resource is None:
            return place.arn
        account, region = self.home(place.resource.stack)
        tail = NAMINGS[place.resource.type].arn.format(
            region=region, account=account, name=self.name(place)
        )
        return f"arn:{place.resource.stack.partition}:{tail}"

    def url(self, queue: Place) -> str:
        """The URL of a queue; raises OperateError when it is not there."""
        if queue.arn not in self._urls:
            sqs, name = self.client("sqs", queue), self.name(queue)
            try:
                self._urls[queue.arn] = sqs.get_queue_url(QueueName=name)["QueueUrl"]
            except ClientError as error:
                raise OperateError(f"the queue {name} cannot be reached: {error}") from error
        return self._urls[queue.arn]

    def places(self, kind: str) -> list[Place]:
        """The places of a kind that the assembly defines."""
        return [each for each in self.routes.places if each.kind == kind and each.resource]

    def account(self, place: Place) -> str:
        """The account that a place is in."""
        return self.home(place.resource.stack)[0] if place.resource else place.account
