"""An account links itself to another's sink as that sink's policy says, and to it only."""

from typing import Any

import pytest

from local import deploy
from local.instances import Emulator
from local.tests.conftest import ALPHA, BETA, Deploy, stack

METRICS = "AWS::CloudWatch::Metric"


def sink(*accounts: str, name: str = "all") -> dict[str, Any]:
    """A sink to which these accounts may link themselves."""
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": [f"arn:aws:iam::{account}:root" for account in accounts]},
        "Action": ["oam:CreateLink", "oam:UpdateLink"],
        "Resource": "*",
        "Condition": {"ForAllValues:StringEquals": {"oam:ResourceTypes": [METRICS]}},
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    return {"Type": "AWS::Oam::Sink", "Properties": {"Name": name, "Policy": policy}}


def link(arn: str) -> dict[str, Any]:
    properties = {"LabelTemplate": "x", "ResourceTypes": [METRICS], "SinkIdentifier": arn}
    return {"Type": "AWS::Oam::Link", "Properties": properties}


def sink_of(deploy_template: Deploy, account: str, *allowed: str) -> str:
    """The ARN of a sink that is deployed."""
    arn = {"Fn::GetAtt": ["Sink", "Arn"]}
    outputs = deploy_template(
        {"Sink": sink(*allowed)}, account=account, outputs={"Arn": arn}, name="sink"
    )
    return outputs["Arn"]


def test_an_account_that_the_policy_names_links_itself_once(deploy_template: Deploy) -> None:
    arn = sink_of(deploy_template, BETA, ALPHA)
    assert arn.startswith(f"arn:aws:oam:eu-west-1:{BETA}:sink/")
    deploy_template({"Link": link(arn)})
    with pytest.raises(deploy.DeployError, match=r"is linked to .* already"):
        deploy_template({"Link": link(arn)}, name="another")


def test_an_account_that_the_policy_does_not_name_is_refused(deploy_template: Deploy) -> None:
    arn = sink_of(deploy_template, BETA, "300000000003")
    with pytest.raises(deploy.DeployError, match="does not let the account share AWS::CloudWatch"):
        deploy_template({"Link": link(arn)})


def test_a_sink_that_is_not_there_is_refused(deploy_template: Deploy) -> None:
    with pytest.raises(deploy.DeployError, match="sink/none is not there"):
        deploy_template({"Link": link(f"arn:aws:oam:eu-west-1:{BETA}:sink/none")})


def test_an_account_does_not_link_itself_to_its_own_sink(deploy_template: Deploy) -> None:
    arn = sink_of(deploy_template, ALPHA, ALPHA)
    with pytest.raises(deploy.DeployError, match="is a sink of the account itself"):
        deploy_template({"Link": link(arn)})


def test_an_account_has_one_sink_a_region(deploy_template: Deploy) -> None:
    sink_of(deploy_template, ALPHA, BETA)
    with pytest.raises(deploy.DeployError, match="the account has a sink in this region"):
        deploy_template({"Sink": sink(BETA, name="another")}, name="another")


def test_a_sink_goes_after_its_links(deploy_template: Deploy, emulator: Emulator) -> None:
    arn = sink_of(deploy_template, BETA, ALPHA)
    deploy_template({"Link": link(arn)})
    with pytest.raises(deploy.DeployError, match="delete its links first"):
        deploy.delete([stack({}, account=BETA, name="sink")], emulator.endpoint)
    deploy.delete([stack({})], emulator.endpoint)
    deploy.delete([stack({}, account=BETA, name="sink")], emulator.endpoint)
    assert sink_of(deploy_template, BETA, ALPHA) != arn


def test_a_saved_query_is_there_with_its_stack(deploy_template: Deploy) -> None:
    properties = {"Name": "all", "QueryString": "fields @message"}
    query = {"Type": "AWS::Logs::QueryDefinition", "Properties": properties}
    outputs = deploy_template({"Query": query}, outputs={"Id": {"Ref": "Query"}})
    assert outputs["Id"]
