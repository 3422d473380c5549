"""Archives, bus policies and schemas come, change and go with their stack."""

import json
from typing import Any

import pytest

from local import deploy
from local.instances import Emulator
from local.tests.conftest import ALPHA, REGION, Aws, Deploy, eventually, stack

BUS = {"Type": "AWS::Events::EventBus", "Properties": {"Name": "alpha"}}
BUS_ARN = f"arn:aws:events:{REGION}:{ALPHA}:event-bus/alpha"


def archive(**properties: Any) -> dict[str, Any]:
    return {
        "Type": "AWS::Events::Archive",
        "DependsOn": "Bus",
        "Properties": {"ArchiveName": "kept", "SourceArn": BUS_ARN, **properties},
    }


def bus_policy(**changes: Any) -> dict[str, Any]:
    statement = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "events:PutEvents",
        "Resource": BUS_ARN,
        **changes,
    }
    return {
        "Type": "AWS::Events::EventBusPolicy",
        "DependsOn": "Bus",
        "Properties": {"EventBusName": "alpha", "StatementId": "one", "Statement": statement},
    }


def schema(content: str) -> dict[str, Any]:
    properties = {"RegistryName": "alpha", "Type": "JSONSchemaDraft4", "Content": content}
    return {"Type": "AWS::EventSchemas::Schema", "Properties": properties}


def put(aws: Aws, source: str) -> None:
    entry = {"Source": source, "DetailType": "t", "Detail": "{}", "EventBusName": "alpha"}
    assert aws("events").put_events(Entries=[entry])["FailedEntryCount"] == 0


def archived(aws: Aws) -> int:
    return int(aws("events").describe_archive(ArchiveName="kept")["EventCount"])


def test_an_archive_keeps_the_events_of_its_pattern(aws: Aws, deploy_template: Deploy) -> None:
    kept = archive(EventPattern={"source": ["kept"]})
    deploy_template({"Bus": BUS, "Archive": kept})
    put(aws, "kept")
    put(aws, "other")
    assert archived(aws) == 1


def test_an_updated_archive_keeps_what_it_has_and_takes_the_new_pattern(
    aws: Aws, deploy_template: Deploy
) -> None:
    deploy_template({"Bus": BUS, "Archive": archive(EventPattern={"source": ["kept"]})})
    put(aws, "kept")
    deploy_template({"Bus": BUS, "Archive": archive(EventPattern={"source": ["other"]})})
    put(aws, "other")
    assert archived(aws) == 2


def test_an_archived_event_is_replayed_to_its_bus(aws: Aws, deploy_template: Deploy) -> None:
    deploy_template({"Bus": BUS, "Archive": archive()})
    put(aws, "kept")
    archive_arn = aws("events").describe_archive(ArchiveName="kept")["ArchiveArn"]
    aws("events").start_replay(
        ReplayName="again",
        EventSourceArn=archive_arn,
        EventStartTime=0,
        EventEndTime=4_000_000_000,
        Destination={"Arn": BUS_ARN},
    )

    def state() -> bool:
        return bool(aws("events").describe_replay(ReplayName="again")["State"] == "COMPLETED")

    eventually(state)


def test_a_policy_statement_is_replaced_by_an_update_and_gone_with_its_stack(
    aws: Aws, deploy_template: Deploy, emulator: Emulator
) -> None:
    deploy_template({"Bus": BUS})
    deploy_template({"Bus": BUS, "Policy": bus_policy()})
    deploy_template({"Bus": BUS, "Policy": bus_policy(Effect="Allow")})
    [statement] = json.loads(aws("events").describe_event_bus(Name="alpha")["Policy"])["Statement"]
    assert (statement["Sid"], statement["Effect"]) == ("one", "Allow")
    deploy_template({"Bus": BUS})
    assert "Policy" not in aws("events").describe_event_bus(Name="alpha")
    deploy.delete([stack({})], emulator.endpoint)
    assert [b["Name"] for b in aws("events").list_event_buses()["EventBuses"]] == ["default"]


def test_a_schema_that_is_no_json_fails_its_stack(deploy_template: Deploy) -> None:
    registry = {"Type": "AWS::EventSchemas::Registry", "Properties": {"RegistryName": "alpha"}}
    with pytest.raises(deploy.DeployError, match=r"Schema .*no JSON"):
        deploy_template({"Registry": registry, "Schema": schema("{")})
    deploy_template({"Registry": registry, "Schema": schema("{}")})
