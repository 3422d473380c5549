"""The deployed system by its domains: clients, outputs, signed requests, items of tables."""

import json
from functools import cached_property
from typing import Any

import httpx
from boto3.dynamodb.types import TypeDeserializer
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from operate.errors import OperateError
from operate.system import System
from routes.network.model import Place
from routes.reading.assembly import Stack

ANSWER_WITHIN_S = 35.0
"""An HTTP API answers within 30 seconds, or gives up."""

_deserialize = TypeDeserializer().deserialize


class Deployed:
    """A system whose stacks are asked for by the domain that their template's metadata names."""

    def __init__(self, system: System) -> None:
        self.system = system
        # A proxy of the environment is for AWS, never for this machine.
        self._http = httpx.Client(timeout=ANSWER_WITHIN_S, trust_env=not system.accounts.is_local)
        self._outputs: dict[str, dict[str, str]] = {}

    def stack(self, domain: str) -> Stack:
        """The stack of a domain; raises OperateError when the assembly has none."""
        for stack in self.system.stacks:
            if stack.declared and stack.declared.domain == domain:
                return stack
        directory = self.system.routes.assembly.directory
        raise OperateError(f"the assembly {directory} has no stack of the domain {domain!r}")

    def client(self, service: str, domain: str) -> Any:
        """A boto3 client of a service in a domain's account and region."""
        return self.system.client(service, self.stack(domain))

    def output(self, domain: str, name: str) -> str:
        """An output of a domain's stack; raises OperateError when it has none of that name."""
        if domain not in self._outputs:
            name_of_stack = self.stack(domain).name
            answer = self.client("cloudformation", domain).describe_stacks(StackName=name_of_stack)
            self._outputs[domain] = {
                output["OutputKey"]: output["OutputValue"]
                for output in answer["Stacks"][0].get("Outputs", [])
            }
        outputs = self._outputs[domain]
        if name not in outputs:
            raise OperateError(f"{domain} has no output {name!r}, only {sorted(outputs)}")
        return outputs[name]

    def bus_arn(self, domain: str) -> str:
        """The ARN of a domain's bus."""
        stack = self.stack(domain)
        buses = [
            bus for bus in self.system.places("bus") if bus.resource in stack.resources.values()
        ]
        if len(buses) != 1:
            raise OperateError(f"{domain} has {len(buses)} buses, expected one")
        return self.system.arn(buses[0])

    def bucket(self, domain: str) -> str:
        """The name of a domain's only bucket."""
        resources = self.stack(domain).resources.values()
        buckets = [each for each in resources if each.type == "AWS::S3::Bucket"]
        if len(buckets) != 1:
            raise OperateError(f"{domain} has {len(buckets)} buckets, expected one")
        return self.system.physical(buckets[0])

    def domain_of(self, place: Place) -> str:
        """The domain whose stack has a place; raises OperateError for one of another stack."""
        for stack in self.system.stacks:
            if stack.declared and place.resource in stack.resources.values():
                return stack.declared.domain
        raise OperateError(f"{place.label} is in no stack of a domain")

    def delay_s(self, domain: str, queue: str) -> int:
        """For how many seconds a queue of a domain holds each message back."""
        sqs = self.client("sqs", domain)
        url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
        answer = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["DelaySeconds"])
        return int(answer["Attributes"]["DelaySeconds"])

    def item(self, domain: str, key: str) -> dict[str, Any] | None:
        """The item of a domain's table with this key, or None."""
        found = self.client("dynamodb", domain).get_item(
            TableName=self.output(domain, "TableName"),
            Key={"pk": {"S": key}},
            ConsistentRead=True,
        )
        if "Item" not in found:
            return None
        return {name: _deserialize(value) for name, value in found["Item"].items()}

    def call(self, method: str, path: str, body: object = None) -> httpx.Response:
        """Calls the HTTP API of the orders domain, signed (SigV4) with its account's credentials.

        An API that cannot be reached, or does not answer in time, raises httpx.HTTPError.
        """
        account, region = self.system.home(self.stack("orders"))
        given = self.system.accounts.environment(account, region)
        content = b"" if body is None else json.dumps(body).encode()
        url = self._api_url + path
        request = AWSRequest(method, url, {"Content-Type": "application/json"}, content)
        credentials = Credentials(
            given["AWS_ACCESS_KEY_ID"],
            given["AWS_SECRET_ACCESS_KEY"],
            given.get("AWS_SESSION_TOKEN"),
        )
        SigV4Auth(credentials, "execute-api", region).add_auth(request)
        return self._http.request(method, url, content=content, headers=dict(request.headers))

    @cached_property
    def _api_url(self) -> str:
        """The output ApiUrl. Nobody resolves its host locally: the emulator has it as a path."""
        url = self.output("orders", "ApiUrl").rstrip("/")
        if not self.system.accounts.is_local:
            return url
        api = httpx.URL(url).host.partition(".")[0]
        account, region = self.system.home(self.stack("orders"))
        endpoint = self.system.accounts.environment(account, region)["AWS_ENDPOINT_URL"]
        return f"{endpoint}/_aws/execute-api/{api}/$default"
