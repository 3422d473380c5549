"""Across accounts nothing but plain ARNs; in one account, no two things of one name."""

import json
import re
from pathlib import Path
from typing import Any

from stacks.topology import CONFIG, DOMAINS
from tests.synth.conftest import ALL_DOMAINS, Templates
from tests.synth.made_up import Extended
from tests.synth.template import Template, stacks_of, strings

ACCOUNT = re.compile(r"(?<![0-9A-Za-z])\d{12}(?![0-9A-Za-z])")
"""An account id, which no hash is that happens to have as many digits in a row."""

MONITORING = json.loads(CONFIG.read_text())["context"]["monitoring"]
"""The account that every stack with a link names; see test_monitoring."""

NAMED_WITHIN_SOMETHING = (
    "AWS::IAM::Policy",
    "AWS::ApiGatewayV2::Stage",
    "AWS::ApiGatewayV2::Api",
    "AWS::Lambda::Alias",
    "AWS::Logs::LogStream",
)
"""Types whose names are those of a role, an API, a function or a log group, or not unique."""

VERSION = re.compile(r"(CurrentVersion[0-9A-F]{8})[0-9a-f]{32}")
"""The logical id of a function's version: it ends with a hash of all that the function is made of,
and so of the account that its code is stored in."""


def is_its_name(type: str, property: str) -> bool:
    """Whether a property names the resource itself: `QueueName` of a Queue, `Name` of anything."""
    return property == "Name" or (
        property.endswith("Name") and type.endswith(property.removesuffix("Name"))
    )


def names(stack: Template) -> list[tuple[str, str]]:
    """Each resource with a name of its own, as its type and name."""
    return [
        (resource["Type"], value)
        for resource in stack.body["Resources"].values()
        if resource["Type"] not in NAMED_WITHIN_SOMETHING
        for property, value in resource.get("Properties", {}).items()
        if is_its_name(resource["Type"], property) and isinstance(value, str)
    ]


def accounts_named(value: Any) -> set[str]:
    """Every text in which an account id stands; of JSON, each text in it."""
    texts = (part for text in strings(value) for part in text.split('"'))
    return {text for text in texts if ACCOUNT.search(text)}


def test_every_domain_in_one_account_has_names_of_its_own(one_account: Templates) -> None:
    found = [name for stack in one_account.values() for name in names(stack)]
    assert {"AWS::SQS::Queue", "AWS::Events::EventBus", "AWS::Events::Rule"} <= {
        type for type, _ in found
    }
    assert sorted(set(found)) == sorted(found)


def test_every_domain_in_one_account_is_that_account_throughout(one_account: Templates) -> None:
    for stack in one_account.values():
        ids = {id for text in strings(stack.body) for id in ACCOUNT.findall(text)}
        assert ids - {MONITORING} == {"333333333333"}


def test_one_account_changes_nothing_but_account_ids(
    extended_templates: Templates, one_account: Templates
) -> None:
    assert extended_templates.keys() == one_account.keys()
    for domain, stack in extended_templates.items():
        moved = json.dumps(stack.body)
        for other in extended_templates.values():
            moved = moved.replace(other.account, "333333333333")
        expected = VERSION.sub(r"\1", json.dumps(one_account[domain].body))
        assert compared(VERSION.sub(r"\1", moved)) == compared(expected)


def compared(body: str) -> Any:
    """A template as it is compared."""
    return in_any_order(without_link(body))


def without_link(body: str) -> dict[str, Any]:
    """A template without its account's link, which the first domain of an account has."""
    read: dict[str, Any] = json.loads(body)
    read["Metadata"].pop("crossbus:parameters", None)
    read["Parameters"].pop("MonitoringSink", None)
    read.pop("Conditions", None)
    resources = read["Resources"]
    read["Resources"] = {k: v for k, v in resources.items() if v["Type"] != "AWS::Oam::Link"}
    return read


def in_any_order(value: Any) -> Any:
    """The value with the resources of each statement in order: CDK sorts them by their text; and
    with each account of a pattern once.
    """
    if isinstance(value, list):
        return [in_any_order(one) for one in value]
    if not isinstance(value, dict):
        return value
    inner = {name: in_any_order(one) for name, one in value.items()}
    if isinstance(inner.get("Resource"), list):
        inner["Resource"] = sorted(inner["Resource"], key=json.dumps)
    if isinstance(inner.get("account"), list):
        named = inner["account"]
        inner["account"] = [one for n, one in enumerate(named) if one not in named[:n]]
    return inner


def test_a_stack_imports_nothing_from_another_and_exports_nothing(stack: Template) -> None:
    assert "Fn::ImportValue" not in set(strings(stack.body))
    for output in stack.body.get("Outputs", {}).values():
        assert "Export" not in output


def test_another_account_is_named_only_as_a_consumers_bus_or_as_a_producer(
    every_app: Templates,
) -> None:
    for stack in every_app.values():
        expected = set()
        for other in every_app.values():
            if other.account == stack.account:
                continue
            arn = f"arn:aws:events:{other.region}:{other.account}:event-bus/{other.said['bus']}"
            if other.events("subscribes") & stack.events("publishes"):
                expected.add(arn)
            if stack.events("subscribes") & other.events("publishes"):
                # In the policy of the bus, and in patterns.
                role = f"{other.domain}-redeliver-{other.region}"
                expected |= {
                    f"arn:aws:iam::{other.account}:root",
                    f"arn:aws:iam::{other.account}:role/{role}",
                    other.account,
                }
        named = {text for text in accounts_named(stack.body) if MONITORING not in text}
        foreign = {text for text in named if stack.account not in text}
        assert foreign == expected, stack.domain


def test_stacks_wait_for_no_other_stack(assembly: Path) -> None:
    stacks = stacks_of(assembly)
    assert len(stacks) == len(DOMAINS) + 1
    for artifact in stacks.values():
        assert not stacks.keys() & set(artifact.get("dependencies", []))


def test_a_stack_is_protected_from_termination_everywhere_but_in_development(
    extended: Extended,
) -> None:
    for outdir, protected in ((extended.assembly, False), (extended.production, True)):
        stacks = stacks_of(outdir)
        assert len(stacks) == len(ALL_DOMAINS) + 1
        for stack in stacks.values():
            assert stack["properties"].get("terminationProtection", False) is protected


def test_an_environment_names_its_stacks_and_its_region(
    extended_templates: Templates, production: Templates
) -> None:
    assert set(production) == set(extended_templates) == set(ALL_DOMAINS)
    for domain, stack in production.items():
        assert stack.stack_name == f"crossbus-prod-{domain}"
        assert (stack.account, stack.region) == (extended_templates[domain].account, "us-east-1")
