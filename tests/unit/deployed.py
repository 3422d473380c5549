"""What the cloud assembly deploys of each domain, under names in one account of moto's."""

import json
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from routes.filters.matching import matches
from tests.conftest import ROOT

ACCOUNT = "123456789012"
REGION = "eu-west-1"

DOMAINS: tuple[str, ...] = tuple(json.loads((ROOT / "cdk.json").read_text())["context"]["accounts"])
"""Every domain that has an account."""

Properties = dict[str, Any]


class Named(NamedTuple):
    """A type of resource: the property that names it, its ARN, and what Ref gives."""

    property: str
    arn: str
    ref: str


NAMED = {
    "AWS::DynamoDB::Table": Named(
        "TableName", f"arn:aws:dynamodb:{REGION}:{ACCOUNT}:table/{{name}}", "{name}"
    ),
    "AWS::SQS::Queue": Named(
        "QueueName",
        f"arn:aws:sqs:{REGION}:{ACCOUNT}:{{name}}",
        f"https://sqs.{REGION}.amazonaws.com/{ACCOUNT}/{{name}}",
    ),
    "AWS::SNS::Topic": Named(
        "TopicName",
        f"arn:aws:sns:{REGION}:{ACCOUNT}:{{name}}",
        f"arn:aws:sns:{REGION}:{ACCOUNT}:{{name}}",
    ),
    "AWS::Kinesis::Stream": Named(
        "Name", f"arn:aws:kinesis:{REGION}:{ACCOUNT}:stream/{{name}}", "{name}"
    ),
    "AWS::KinesisFirehose::DeliveryStream": Named(
        "DeliveryStreamName",
        f"arn:aws:firehose:{REGION}:{ACCOUNT}:deliverystream/{{name}}",
        "{name}",
    ),
    "AWS::S3::Bucket": Named("BucketName", "arn:aws:s3:::{name}", "{name}"),
    "AWS::Events::EventBus": Named(
        "Name", f"arn:aws:events:{REGION}:{ACCOUNT}:event-bus/{{name}}", "{name}"
    ),
}
"""The resources that a handler may name."""

PSEUDO_PARAMETERS = {
    "AWS::AccountId": ACCOUNT,
    "AWS::Region": REGION,
    "AWS::Partition": "aws",
    "AWS::URLSuffix": "amazonaws.com",
}


class Function(NamedTuple):
    """A function: its name in its domain, the module of its handler, its environment, its code."""

    id: str
    name: str
    module: str
    environment: Properties
    asset: Path


def is_of_the_runtime(function: Function) -> bool:
    """Whether the function's module is one that every domain has, such as its publisher's."""
    return function.module.startswith("eventing.")


class Deployed:
    """The template of a domain's stack."""

    def __init__(self, domain: str, template: Properties, assembly: Path) -> None:
        self.domain = domain
        self.package = domain.replace("-", "_")
        self._assembly = assembly
        self._resources: dict[str, Properties] = template["Resources"]
        says: Properties = template.get("Metadata", {}).get("crossbus", {})
        self.outbox: str | None = says.get("outbox", {}).get("table")
        """The logical id of the domain's outbox, if it has one."""

    def of(self, type: str) -> dict[str, Properties]:
        """The properties of the resources of a type, by logical id."""
        return {
            id: resource.get("Properties", {})
            for id, resource in self._resources.items()
            if resource["Type"] == type
        }

    @cached_property
    def functions(self) -> dict[str, Function]:
        """The functions by name: `place_order`."""
        made = [self._function(*one) for one in self.of("AWS::Lambda::Function").items()]
        return {function.name: function for function in made}

    def _function(self, id: str, properties: Properties) -> Function:
        environment = properties.get("Environment", {}).get("Variables", {})
        service = environment.get("POWERTOOLS_SERVICE_NAME", id)
        return Function(
            id,
            service.removeprefix(f"{self.domain}."),
            properties["Handler"].removesuffix(".handler"),
            environment,
            self._assembly / f"asset.{properties['Code']['S3Key'].removesuffix('.zip')}",
        )

    def settings(self, function: Function, model: type[Any]) -> Any:
        """The function's environment, as its module reads it."""
        values = {name.lower(): self.resolve(value) for name, value in function.environment.items()}
        return msgspec.convert(values, model, strict=False)

    def resolve(self, value: Any) -> str:
        """The text that a value of the template stands for. TypeError if none is known."""
        match value:
            case str():
                return value
            case {"Ref": str(id)} if id in PSEUDO_PARAMETERS:
                return PSEUDO_PARAMETERS[id]
            case {"Ref": str(id)}:
                return self._named(id).ref.format(name=self.name(id))
            case {"Fn::GetAtt": [id, "Arn"]}:
                return self._named(id).arn.format(name=self.name(id))
            case {"Fn::GetAtt": [id, attribute]} if attribute == self._named(id).property:
                return self.name(id)
            case {"Fn::Join": [separator, list(parts)]}:
                return str(separator).join(map(self.resolve, parts))
        raise TypeError(f"{self.domain}: tests/unit/deployed.py resolves no {value}")

    def _named(self, id: str) -> Named:
        type = self._resources[id]["Type"]
        if type not in NAMED:
            raise TypeError(f"{self.domain}: {id} is an {type}: expected a name for it in NAMED")
        return NAMED[type]

    def name(self, id: str) -> str:
        """The name of a resource: that which the template gives, or one made of its id."""
        properties = self._resources[id].get("Properties", {})
        suffix = ".fifo" if properties.get("FifoQueue") else ""
        return str(properties.get(self._named(id).property) or f"{id.lower()}{suffix}")

    def type_of(self, id: str) -> str:
        """The type of a resource."""
        return str(self._resources[id]["Type"])

    @cached_property
    def in_reach(self) -> set[str]:
        """The resources that handlers can get at: what their environment names, and what is
        subscribed to a topic. What only holds failures, or feeds a function, is not among them.
        """
        found = {
            id
            for function in self.functions.values()
            for value in function.environment.values()
            for id in references(value)
        }
        for subscription in self.of("AWS::SNS::Subscription").values():
            found |= references(subscription["Endpoint"]) | references(subscription["TopicArn"])
        return found

    def sources_of(self, function: Function) -> set[str]:
        """The queues and streams of events that feed the function, by itself or by an alias."""
        sources = self.of("AWS::SQS::Queue") | self.of("AWS::Kinesis::Stream")
        aliases = self.of("AWS::Lambda::Alias").items()
        called = [{function.id}]
        called += [
            {id} for id, alias in aliases if references(alias["FunctionName"]) == {function.id}
        ]
        return {
            id
            for mapping in self.of("AWS::Lambda::EventSourceMapping").values()
            if references(mapping["FunctionName"]) in called
            for id in references(mapping["EventSourceArn"])
            if id in sources
        }

    def is_scheduled(self, queue: str) -> bool:
        """Whether a schedule fills the queue: what it holds are runs, and no messages."""
        return any(
            queue in references([one["Arn"] for one in rule["Targets"]])
            for rule in self.of("AWS::Events::Rule").values()
            if "ScheduleExpression" in rule
        )

    def url(self, queue: str) -> str:
        """The URL of a queue."""
        return self.resolve({"Ref": queue})

    def arn(self, id: str) -> str:
        """The ARN of a resource."""
        return self.resolve({"Fn::GetAtt": [id, "Arn"]})

    def dead_letters_of(self, source: str) -> tuple[str, int]:
        """The queue that holds a queue's or a stream's dead letters, and how often a message comes
        before: -1 of a stream, whose records come until it forgets them.
        """
        if source in self.of("AWS::SQS::Queue"):
            policy = self.of("AWS::SQS::Queue")[source]["RedrivePolicy"]
            (id,) = references(policy["deadLetterTargetArn"])
            return id, int(policy["maxReceiveCount"])
        (mapping,) = (
            one
            for one in self.of("AWS::Lambda::EventSourceMapping").values()
            if references(one["EventSourceArn"]) == {source}
        )
        (id,) = references(mapping["DestinationConfig"])
        return id, int(mapping["MaximumRetryAttempts"])

    def reach(self, function: Function, event: dict[str, Any]) -> bool:
        """Whether a rule brings the event to a source of the function, by itself or by a topic."""
        sources = self.sources_of(function)
        for rule in self.of("AWS::Events::Rule").values():
            if not _takes(rule.get("EventPattern"), event | _accounts_of(rule)):
                continue
            targets = {id for one in rule["Targets"] for id in references(one["Arn"])}
            for subscription in self.of("AWS::SNS::Subscription").values():
                topic, policy = subscription["TopicArn"], subscription.get("FilterPolicy")
                if references(topic) <= targets and (not policy or matches(policy, event)):
                    targets |= references(subscription["Endpoint"])
            if targets & sources:
                return True
        return False


def _takes(pattern: Properties | None, event: dict[str, Any]) -> bool:
    """Whether a rule's pattern matches; a rule without one has a schedule."""
    return pattern is not None and matches(pattern, event)


def _accounts_of(rule: Properties) -> Properties:
    """The account that a rule asks for, so that any topology's events are as the examples."""
    asked = rule.get("EventPattern", {}).get("account", [])
    return {"account": asked[0]} if asked and isinstance(asked[0], str) else {}


def references(value: Any) -> set[str]:
    """The logical ids that a value refers to."""
    match value:
        case {"Ref": str(id)}:
            return set() if id in PSEUDO_PARAMETERS else {id}
        case {"Fn::GetAtt": [id, _]}:
            return {id}
        case dict():
            return set().union(*map(references, value.values()))
        case list():
            return set().union(*map(references, value))
    return set()


def read(assembly: Path) -> dict[str, Deployed]:
    """What a cloud assembly deploys, by domain. AssertionError for a domain without a stack."""
    found: dict[str, Deployed] = {}
    for path in sorted(assembly.glob("*.template.json")):
        template = json.loads(path.read_text())
        domain = template.get("Metadata", {}).get("crossbus", {}).get("domain")
        if domain:
            found[domain] = Deployed(domain, template, assembly)
    missing = set(DOMAINS) - set(found)
    assert not missing, f"accounts of cdk.json without a stack: {', '.join(sorted(missing))}"
    return found
