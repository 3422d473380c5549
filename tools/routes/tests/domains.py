"""Assemblies of two domains, a shop and its billing, each with a bus in an account of its own."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from routes.reading.assembly import Assembly, load

Template = dict[str, Any]
Templates = dict[str, Template]
Made = Callable[[Templates], Assembly]

REGION = "eu-west-1"
ACCOUNTS = {"shop": "100000000001", "billing": "200000000002", "stock": "033333333333"}


def resource(kind: str, **properties: Any) -> dict[str, Any]:
    """A resource of a template."""
    return {"Type": f"AWS::{kind}", "Properties": properties}


def arn(logical_id: str) -> dict[str, Any]:
    """The ARN of a resource of the same template."""
    return {"Fn::GetAtt": [logical_id, "Arn"]}


def allow(action: Any, target: Any, **more: Any) -> dict[str, Any]:
    """A statement of a policy."""
    return {"Effect": "Allow", "Action": action, "Resource": target, **more}


def role(service: str, *statements: dict[str, Any]) -> dict[str, Any]:
    """A role of a service, with its statements."""
    trust = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"Service": f"{service}.amazonaws.com"},
    }
    policies = [{"PolicyName": "p", "PolicyDocument": {"Statement": list(statements)}}]
    return resource(
        "IAM::Role",
        AssumeRolePolicyDocument={"Statement": [trust]},
        **({"Policies": policies} if statements else {}),
    )


def bus_arn(domain: str) -> str:
    """The ARN of a domain's bus."""
    return f"arn:aws:events:{REGION}:{ACCOUNTS[domain]}:event-bus/{domain}"


def domain(name: str) -> Template:
    """A domain's bus, and a function that publishes on it what comes from outside."""
    return {
        "Metadata": {"crossbus": {"domain": name, "bus": name}},
        "Resources": {
            "Bus": resource("Events::EventBus", Name=name),
            "PublisherRole": role("lambda", allow("events:PutEvents", arn("Bus"))),
            "Publisher": resource(
                "Lambda::Function",
                FunctionName=f"{name}-publisher",
                Role=arn("PublisherRole"),
                Code={"ZipFile": "pass"},
                Handler="index.handler",
                Runtime="python3.13",
            ),
        },
    }


def observes(templates: Templates, consumer: str, producer: str, *types: str) -> Templates:
    """The consumer observes the producer's events: the producer's rule, the consumer's admission
    and a queue behind it. Without types, nothing is added."""
    if types:
        sends(templates, producer, consumer, types)
        admits(templates, consumer, producer, types)
        consumes(templates, consumer, producer, types)
    return templates


def sends(templates: Templates, producer: str, consumer: str, types: Sequence[str]) -> None:
    """A rule of the producer forwards to the consumer's bus."""
    target = bus_arn(consumer)
    templates[producer]["Resources"] |= {
        f"To{consumer}Role": role("events", allow("events:PutEvents", target)),
        f"To{consumer}": resource(
            "Events::Rule",
            Name=f"to-{consumer}",
            EventBusName={"Ref": "Bus"},
            EventPattern={"source": [producer], "detail-type": list(types)},
            Targets=[{"Id": "bus", "Arn": target, "RoleArn": arn(f"To{consumer}Role")}],
        ),
    }


def admits(templates: Templates, consumer: str, producer: str, types: Sequence[str] | None) -> None:
    """The consumer's bus lets the producer's account put events of these types; None: of any."""
    condition = {"events:detail-type": list(types)} if types is not None else {}
    templates[consumer]["Resources"][f"From{producer}"] = resource(
        "Events::EventBusPolicy",
        EventBusName={"Ref": "Bus"},
        StatementId=f"from-{producer}",
        Statement=allow(
            "events:PutEvents",
            arn("Bus"),
            Principal={"AWS": f"arn:aws:iam::{ACCOUNTS[producer]}:root"},
            **({"Condition": {"StringEquals": condition}} if condition else {}),
        ),
    )


def consumes(templates: Templates, consumer: str, producer: str, types: Sequence[str]) -> None:
    """A rule of the consumer delivers to its queue."""
    queue, rule = f"{producer}Queue", f"{producer}Rule"
    templates[consumer]["Resources"] |= {
        queue: resource("SQS::Queue", QueueName=f"{consumer}-{producer}-events"),
        f"{queue}Policy": resource(
            "SQS::QueuePolicy",
            Queues=[{"Ref": queue}],
            PolicyDocument={
                "Statement": [
                    allow(
                        "sqs:SendMessage",
                        arn(queue),
                        Principal={"Service": "events.amazonaws.com"},
                    )
                ]
            },
        ),
        rule: resource(
            "Events::Rule",
            Name=f"from-{producer}",
            EventBusName={"Ref": "Bus"},
            EventPattern={"source": [producer], "detail-type": list(types)},
            Targets=[{"Id": "queue", "Arn": arn(queue)}],
        ),
    }


def handing_over(templates: Templates, giver: str, reader: str) -> Templates:
    """An output of one domain's stack is a parameter of another's, and a condition of a queue."""
    templates[giver]["Outputs"] = {"Key": {"Value": "k"}}
    templates[reader] |= {
        "Parameters": {"Given": {"Type": "String", "Default": ""}},
        "Conditions": {"IsGiven": {"Fn::Not": [{"Fn::Equals": [{"Ref": "Given"}, ""]}]}},
    }
    templates[reader]["Resources"]["Extra"] = resource("SQS::Queue") | {"Condition": "IsGiven"}
    templates[reader]["Metadata"]["crossbus:parameters"] = {
        "Given": {
            "stack": f"app-{giver}",
            "account": ACCOUNTS[giver],
            "region": REGION,
            "output": "Key",
        }
    }
    return templates


def awaiting(templates: Templates, producer: str, consumer: str) -> Templates:
    """The producer's rule to the consumer is left out while its parameter is `false`."""
    templates[producer] |= {
        "Parameters": {"IsThere": {"Type": "String", "Default": "true"}},
        "Conditions": {"There": {"Fn::Equals": [{"Ref": "IsThere"}, "true"]}},
    }
    templates[producer]["Resources"][f"To{consumer}"] |= {
        "Condition": "There",
        "Metadata": {"crossbus:awaits": "IsThere"},
    }
    return templates


def observing_each_other() -> Templates:
    """Two domains with a rule to the other's bus, each left out as long as that is not there."""
    templates = observes(domains(), "billing", "shop", "Sold")
    templates = observes(templates, "shop", "billing", "Billed")
    return awaiting(awaiting(templates, "shop", "billing"), "billing", "shop")


def domains(*names: str) -> Templates:
    """Domains that observe nothing of each other."""
    return {name: domain(name) for name in names or ("shop", "billing")}


def write(folder: Path, templates: Templates) -> Path:
    """Writes templates as a cloud assembly; each stack is called `app-DOMAIN`."""
    folder.mkdir(parents=True, exist_ok=True)
    artifacts = {}
    for name, template in templates.items():
        (folder / f"{name}.template.json").write_text(json.dumps(template))
        artifacts[name] = {
            "type": "aws:cloudformation:stack",
            "environment": f"aws://{ACCOUNTS[name]}/{REGION}",
            "properties": {
                "templateFile": f"{name}.template.json",
                "stackName": f"app-{name}",
                "bootstrapStackVersionSsmParameter": "/cdk-bootstrap/hnb659fds/version",
            },
            "displayName": name,
        }
    (folder / "manifest.json").write_text(json.dumps({"version": "55.0.0", "artifacts": artifacts}))
    return folder


def reader(folder: Path) -> Made:
    """Reads templates as an assembly, each time in another folder; one without stacks as well."""
    count = iter(range(1_000_000))
    return lambda templates: (
        load(write(folder / f"cdk.{next(count)}", templates)) if templates else Assembly(folder, [])
    )
