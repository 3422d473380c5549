"""One account sees all: the sink, a link of each account, a dashboard and a query of the whole."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from stacks.topology import CONFIG, DOMAINS
from tests.synth import template
from tests.synth.conftest import ALL_DOMAINS, Templates
from tests.synth.made_up import Extended
from tests.synth.places import dead_letter_queues
from tests.synth.template import MONITORING, Template, stacks_of

CONTEXT = json.loads(CONFIG.read_text())["context"]
ACCOUNT, REGION = CONTEXT["monitoring"], CONTEXT["region"]
SHARED = ["AWS::CloudWatch::Metric", "AWS::Logs::LogGroup", "AWS::XRay::Trace"]
PARAMETER = "MonitoringSink"


def monitoring(assembly: Path) -> dict[str, Any]:
    """The template of the monitoring stack of an assembly."""
    body: dict[str, Any] = json.loads((assembly / MONITORING).read_text())
    return body


def only(body: dict[str, Any], type: str) -> dict[str, Any]:
    """The properties of a template's only resource of a type."""
    (one,) = (each for each in body["Resources"].values() if each["Type"] == type)
    properties: dict[str, Any] = one["Properties"]
    return properties


def dashboard(assembly: Path) -> list[dict[str, Any]]:
    """The properties of the widgets of the whole."""
    body = only(monitoring(assembly), "AWS::CloudWatch::Dashboard")["DashboardBody"]
    text = "".join(part if isinstance(part, str) else "" for part in body["Fn::Join"][1])
    return [widget["properties"] for widget in json.loads(text, strict=False)["widgets"]]


def shown(assembly: Path, title: str) -> set[tuple[str, str, str]]:
    """What all widgets of a title show: metric, the value of its dimension, account."""
    return {
        (metric[1], metric[3], metric[4]["accountId"])
        for widget in dashboard(assembly)
        if widget.get("title") == title
        for metric in widget["metrics"]
    }


def links(found: Templates) -> dict[str, str]:
    """The domains whose stacks have a link, and the account of each."""
    return {domain: stack.account for domain, stack in found.items() if stack.of("AWS::Oam::Link")}


def queues(stack: Template, ids: set[str]) -> set[str]:
    return {stack.of("AWS::SQS::Queue")[id]["QueueName"] for id in ids}


@pytest.fixture(params=["as it is", "with a domain more"])
def whole(
    request: pytest.FixtureRequest,
    assembly: Path,
    extended: Extended,
    templates: Templates,
    extended_templates: Templates,
) -> tuple[Path, Templates]:
    """The app's assembly and templates, and those of the app with one domain more."""
    if request.param == "as it is":
        return assembly, templates
    return extended.assembly, extended_templates


def test_the_monitoring_stack_is_in_the_monitoring_account(assembly: Path) -> None:
    artifact = stacks_of(assembly)["Monitoring"]
    assert artifact["environment"] == f"aws://{ACCOUNT}/{REGION}"
    assert artifact["properties"]["stackName"] == "crossbus-dev-monitoring"


def test_every_account_of_a_domain_may_link_itself_and_nobody_else(
    whole: tuple[Path, Templates],
) -> None:
    assembly, found = whole
    (statement,) = only(monitoring(assembly), "AWS::Oam::Sink")["Policy"]["Statement"]
    accounts = {f"arn:aws:iam::{stack.account}:root" for stack in found.values()}
    assert set(statement["Principal"]["AWS"]) == accounts
    assert statement["Action"] == ["oam:CreateLink", "oam:UpdateLink"]
    assert statement["Condition"] == {"ForAllValues:StringEquals": {"oam:ResourceTypes": SHARED}}


def test_an_organization_is_demanded_where_there_is_one(extended: Extended) -> None:
    (statement,) = only(monitoring(extended.production), "AWS::Oam::Sink")["Policy"]["Statement"]
    assert statement["Condition"]["StringEquals"] == {"aws:PrincipalOrgID": "o-a1b2c3d4e5"}


def test_every_domain_has_a_link_where_each_has_an_account_of_its_own(
    whole: tuple[Path, Templates],
) -> None:
    _, found = whole
    assert links(found).keys() == found.keys()


def test_an_account_of_several_domains_has_one_link(one_account: Templates) -> None:
    assert len(one_account) > 1
    assert list(links(one_account)) == [DOMAINS[0]]


def test_a_link_is_there_once_the_sink_of_the_monitoring_account_is_given(stack: Template) -> None:
    (link,) = (
        each for each in stack.body["Resources"].values() if each["Type"] == "AWS::Oam::Link"
    )
    assert link["Properties"]["SinkIdentifier"] == {"Ref": PARAMETER}
    assert link["Properties"]["ResourceTypes"] == SHARED
    condition = stack.body["Conditions"][link["Condition"]]
    assert condition == {"Fn::Not": [{"Fn::Equals": [{"Ref": PARAMETER}, ""]}]}
    assert stack.body["Parameters"][PARAMETER]["Default"] == ""


@pytest.mark.parametrize(
    ("value", "is_taken"),
    [
        ("", True),
        (f"arn:aws:oam:{REGION}:{ACCOUNT}:sink/1c72e9ec-4d4a-4e03-9e4d", True),
        (f"arn:aws:oam:{REGION}:000000000000:sink/1c72e9ec-4d4a-4e03-9e4d", False),
        (f"arn:aws:oam:ap-south-2:{ACCOUNT}:sink/1c72e9ec-4d4a-4e03-9e4d", False),
    ],
)
def test_no_sink_of_another_account_or_region_is_taken(
    stack: Template, value: str, *, is_taken: bool
) -> None:
    pattern = stack.body["Parameters"][PARAMETER]["AllowedPattern"]
    assert bool(re.search(pattern, value)) == is_taken


def test_a_template_says_which_output_gives_it_the_sink(stack: Template, assembly: Path) -> None:
    said = stack.body["Metadata"]["crossbus:parameters"][PARAMETER]
    giver = stacks_of(assembly)["Monitoring"]
    assert giver["properties"]["stackName"] == said["stack"]
    assert giver["environment"] == f"aws://{said['account']}/{said['region']}"
    assert monitoring(assembly)["Outputs"][said["output"]]["Value"]["Fn::GetAtt"][1] == "Arn"


def test_an_account_has_no_link_to_its_own_sink(extended: Extended) -> None:
    own = extended.with_partner
    found = template.read(own, extended.sources)
    assert found[DOMAINS[0]].account == ACCOUNT
    assert links(found).keys() == set(ALL_DOMAINS) - {DOMAINS[0]}
    (statement,) = only(monitoring(own), "AWS::Oam::Sink")["Policy"]["Statement"]
    assert not [arn for arn in statement["Principal"]["AWS"] if ACCOUNT in arn]


def test_all_in_one_account_have_a_dashboard_of_the_whole_and_no_sink(
    extended: Extended,
) -> None:
    assert links(template.read(extended.alone, extended.sources)) == {}
    types = {each["Type"] for each in monitoring(extended.alone)["Resources"].values()}
    assert types == {"AWS::CloudWatch::Dashboard", "AWS::Logs::QueryDefinition"}


def test_without_a_monitoring_account_there_is_neither_stack_nor_link(
    extended: Extended,
) -> None:
    without = extended.without_monitoring
    assert not (without / MONITORING).exists()
    assert links(template.read(without, extended.sources)) == {}


def test_the_whole_shows_every_queue_of_every_domain_in_its_account(
    whole: tuple[Path, Templates],
) -> None:
    assembly, found = whole
    waits, dead = set(), set()
    for stack in found.values():
        letters = dead_letter_queues(stack)
        work = set(stack.of("AWS::SQS::Queue")) - letters
        metric = "ApproximateAgeOfOldestMessage"
        waits |= {(metric, name, stack.account) for name in queues(stack, work)}
        metric = "ApproximateNumberOfMessagesVisible"
        dead |= {(metric, name, stack.account) for name in queues(stack, letters)}
    assert shown(assembly, "Age of the oldest message (seconds)") == waits
    assert shown(assembly, "Dead letters") == dead


def test_the_whole_shows_every_outbox_and_what_alarms_rang(whole: tuple[Path, Templates]) -> None:
    assembly, found = whole
    assert shown(assembly, "Outbox: age of the oldest event (seconds)") == {
        ("OutboxAge", f"{domain}.sweep_outbox", stack.account)
        for domain, stack in found.items()
        if "outbox" in stack.said
    }
    assert shown(assembly, "Alarms that rang") == {
        ("NumberOfMessagesPublished", topic["TopicName"], stack.account)
        for stack in found.values()
        for topic in stack.of("AWS::SNS::Topic").values()
        if topic["TopicName"] in (f"{stack.domain}-alarms", f"{stack.domain}-notices")
    }


def test_the_whole_searches_all_accounts_for_metrics_of_business_and_errors(
    assembly: Path,
) -> None:
    searches = [
        metric[0]["expression"]
        for widget in dashboard(assembly)
        for metric in widget.get("metrics", [])
        if "expression" in metric[0]
    ]
    assert len(searches) == 4
    assert all("AccountId" not in search for search in searches)
    assert sum('NOT MetricName="OutboxAge"' in search for search in searches) == 3


def test_a_query_follows_a_process_through_logs_and_audit_logs(assembly: Path) -> None:
    query = only(monitoring(assembly), "AWS::Logs::QueryDefinition")
    (parameter,) = query["Parameters"]
    given = "{{" + parameter["Name"] + "}}"
    assert f'correlation_id = "{given}"' in query["QueryString"]
    assert f'detail.metadata.correlationId = "{given}"' in query["QueryString"]
    assert "LogGroupNames" not in query
