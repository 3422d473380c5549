"""The commands, on accounts that are not there."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from botocore.exceptions import ClientError
from typer.testing import CliRunner

from deploy import __main__ as commands
from deploy import cdk
from deploy.errors import DeployError
from routes.order.states import Key
from routes.tests.domains import (
    ACCOUNTS,
    REGION,
    Templates,
    domains,
    handing_over,
    observes,
    observing_each_other,
    resource,
    write,
)

SHOP = Key("app-shop", ACCOUNTS["shop"], REGION)


class CloudFormation:
    """Has the templates that are deployed."""

    def __init__(self, templates: Templates) -> None:
        self._templates = {f"app-{name}": template for name, template in templates.items()}

    def describe_stacks(self, *, StackName: str) -> Any:
        if StackName not in self._templates:
            raise ClientError({"Error": {"Message": "does not exist"}}, "DescribeStacks")
        outputs = [
            {"OutputKey": key, "OutputValue": f"the {key} of {StackName}"}
            for key in self._templates[StackName].get("Outputs", {})
        ]
        return {"Stacks": [{"StackStatus": "UPDATE_COMPLETE", "Outputs": outputs}]}

    def get_template(self, *, StackName: str, TemplateStage: str) -> Any:
        assert TemplateStage == "Original"
        return {"TemplateBody": json.dumps(self._templates[StackName])}


class Accounts:
    """Accounts in which these templates are deployed, and nothing else is."""

    where = "nowhere"

    def __init__(self, deployed: Templates, *, is_local: bool = True) -> None:
        self._deployed = deployed
        self.is_local = is_local

    def client(self, service: str, account: str, region: str) -> Any:
        del account, region
        return CloudFormation(self._deployed) if service == "cloudformation" else Empty()

    def environment(self, account: str, region: str) -> dict[str, str]:
        return {"AWS_ACCESS_KEY_ID": account, "AWS_REGION": region}


class Empty:
    """A service that has none of what it is asked for."""

    def __getattr__(self, name: str) -> Any:
        def none(**_: Any) -> Any:
            raise ClientError({"Error": {"Code": "NotFound"}}, name)

        return none


@pytest.fixture
def cli(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A CDK CLI that writes down how it was called."""
    monkeypatch.chdir(tmp_path)
    calls = tmp_path / "calls"
    calls.touch()
    file = tmp_path / cdk.CLI
    file.parent.mkdir(parents=True)
    file.write_text(f'#!/bin/sh\necho "$AWS_ACCESS_KEY_ID$AWS_PROFILE $*" >> "{calls}"\n')
    file.chmod(0o755)
    return calls


@pytest.fixture
def on(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Lets the commands work where these templates are deployed."""

    def deployed(templates: Templates, *, is_local: bool = True) -> None:
        accounts = Accounts(templates, is_local=is_local)
        monkeypatch.setattr(commands, "choose", lambda *_, **__: accounts)

    return deployed


def run(*arguments: str) -> Any:
    return CliRunner().invoke(commands.app, arguments)


def test_what_aws_refuses_is_told_in_one_line_with_status_2(
    tmp_path: Path,
    on: Any,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def refused(*_: Any) -> Any:
        raise ClientError({"Error": {"Code": "AccessDenied"}}, "GetTopicAttributes")

    write(tmp_path / "cdk.out", domains())
    monkeypatch.chdir(tmp_path)
    on({})
    monkeypatch.setattr(commands, "already_there", refused)
    with pytest.raises(SystemExit) as ended:
        commands.main(["names"])
    assert ended.value.code == 2
    assert "error: AWS refuses: An error occurred (AccessDenied)" in capsys.readouterr().out


def test_each_stack_deploys_with_the_credentials_of_its_own_account_in_order(
    tmp_path: Path, cli: Path, on: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "another")
    folder = write(tmp_path / "cdk.out", observes(domains(), "billing", "shop", "Sold"))
    on(domains(), is_local=False)

    assert run("run", "--assembly", str(folder), "--", "--hotswap").exit_code == 0

    rest = f"--exclusively --app {folder} --no-notices --hotswap"
    assert cli.read_text().splitlines() == [
        f"{ACCOUNTS['billing']} deploy billing {rest}",
        f"{ACCOUNTS['shop']} deploy shop {rest}",
    ]


@pytest.mark.parametrize(("is_local", "there"), [(True, ["Topic"]), (False, ["Packages", "Topic"])])
def test_a_local_run_gets_nothing_that_is_not_for_it(
    tmp_path: Path, cli: Path, on: Any, is_local: bool, there: list[str]
) -> None:
    packages = resource("Lambda::LayerVersion") | {"Metadata": {"crossbus:local": "left out"}}
    resources = {"Packages": packages, "Topic": resource("SNS::Topic")}
    folder = write(tmp_path / "cdk.out", {"shop": {"Resources": resources}})
    on({}, is_local=is_local)
    (tmp_path / cdk.CLI).write_text(f'#!/bin/sh\ncat "$5/shop.template.json" > "{cli}"\n')

    assert run("run", "--assembly", str(folder)).exit_code == 0

    assert sorted(json.loads(cli.read_text())["Resources"]) == there


def test_one_domain_is_not_deployed_before_the_one_that_must_admit_its_events(
    tmp_path: Path, cli: Path, on: Any
) -> None:
    folder = write(tmp_path / "cdk.out", observes(domains(), "billing", "shop", "Sold"))
    on(domains())

    refused = run("run", "--assembly", str(folder), "--only", "shop")

    assert isinstance(refused.exception, DeployError)
    assert "deploy app-billing before" in str(refused.exception)
    assert cli.read_text() == ""


def test_a_change_that_no_order_makes_safe_is_not_begun(tmp_path: Path, cli: Path, on: Any) -> None:
    folder = write(tmp_path / "cdk.out", observes(domains(), "billing", "shop", "Returned"))
    on(observes(domains(), "billing", "shop", "Sold"))

    assert "no one order is safe" in str(run("run", "--assembly", str(folder)).exception)
    assert cli.read_text() == ""
    assert run("run", "--assembly", str(folder), "--anyway").exit_code == 0
    assert len(cli.read_text().splitlines()) == 2


def test_a_dry_run_says_what_it_would_do_and_does_nothing(
    tmp_path: Path, cli: Path, on: Any
) -> None:
    folder = write(tmp_path / "cdk.out", domains())
    on({})

    said = run("run", "--assembly", str(folder), "--dry-run")

    assert said.exit_code == 0
    assert "create app-billing" in said.output
    assert cli.read_text() == ""


def test_a_parameter_is_the_output_of_the_stack_that_deployed_before(
    tmp_path: Path, cli: Path, on: Any
) -> None:
    folder = write(tmp_path / "cdk.out", handing_over(domains(), "billing", "shop"))
    on(handing_over(domains(), "billing", "shop"))

    assert run("run", "--assembly", str(folder)).exit_code == 0

    billing, shop = cli.read_text().splitlines()
    assert "--parameters" not in billing
    assert shop.endswith("--no-notices --parameters Given=the Key of app-billing")


def test_a_parameter_that_nobody_can_give_yet_is_left_as_it_is_and_said(
    tmp_path: Path, cli: Path, on: Any
) -> None:
    folder = write(tmp_path / "cdk.out", handing_over(domains(), "billing", "shop"))
    on(domains("shop"))

    said = run("run", "--assembly", str(folder), "--only", "shop")

    assert said.exit_code == 0
    assert "its parameter Given is left as it is: app-billing of account" in said.output
    assert "--parameters" not in cli.read_text()


def test_who_has_a_rule_to_a_bus_that_is_not_there_deploys_once_more(
    tmp_path: Path, cli: Path, on: Any
) -> None:
    folder = write(tmp_path / "cdk.out", observing_each_other())
    on({})

    planned = run("plan")
    assert run("run", "--assembly", str(folder), "--anyway").exit_code == 0

    assert "app-billing: now with its rules to arn:aws:events:" in planned.output
    calls = [line.split() for line in cli.read_text().splitlines()]
    assert [(call[2], call[-1]) for call in calls] == [
        ("billing", "IsThere=false"),
        ("shop", "IsThere=true"),
        ("billing", "IsThere=true"),
    ]


def test_an_unknown_domain_is_named_with_those_there_are(tmp_path: Path, on: Any) -> None:
    folder = write(tmp_path / "cdk.out", domains())
    on({})

    refused = run("run", "--assembly", str(folder), "--only", "moon")

    assert "'moon'" in str(refused.exception)
    assert "app-billing, billing, app-shop, shop" in str(refused.exception)


def test_a_failing_cli_stops_what_comes_after(tmp_path: Path, cli: Path, on: Any) -> None:
    (tmp_path / cdk.CLI).write_text("#!/bin/sh\nexit 3\n")
    folder = write(tmp_path / "cdk.out", domains())
    on({})

    failed = run("run", "--assembly", str(folder))

    assert "ended with status 3" in str(failed.exception)
    assert "app-shop, account" not in failed.output
    assert cli.read_text() == ""


def test_no_other_setting_of_aws_reaches_the_cli(
    cli: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_PROFILE", "another")

    cdk.run(["cdk", "version"], Accounts({}), SHOP.account, SHOP.region)

    assert cli.read_text() == f"{SHOP.account} version\n"
    assert os.environ["AWS_PROFILE"] == "another"


def test_a_plan_of_two_assemblies_needs_no_account(tmp_path: Path) -> None:
    old = write(tmp_path / "old", domains())
    new = write(tmp_path / "new", observes(domains(), "billing", "shop", "Sold"))

    shown = run("plan", str(old), str(new), "--json")

    assert shown.exit_code == 0
    plan = json.loads(shown.output)
    assert plan["safe"]
    assert [step["stack"] for step in plan["steps"]] == ["app-billing", "app-shop"]


def with_layer(templates: Templates, **properties: Any) -> Templates:
    """The shop has a function with a layer that is not for the local run."""
    templates["shop"]["Resources"] |= {
        "Packages": {
            "Type": "AWS::Lambda::LayerVersion",
            "Metadata": {"crossbus:local": "left out"},
            "Properties": {},
        },
        "Seller": {
            "Type": "AWS::Lambda::Function",
            "Properties": {"Layers": [{"Ref": "Packages"}], **properties},
        },
    }
    return templates


def as_the_local_run_deploys(templates: Templates) -> Templates:
    del templates["shop"]["Resources"]["Packages"]
    templates["shop"]["Resources"]["Seller"]["Properties"]["Layers"] = []
    return templates


def steps_from_what_is_deployed(monkeypatch: pytest.MonkeyPatch, folder: Path) -> list[str]:
    """The stacks that a plan changes."""
    monkeypatch.chdir(folder.parent)
    return [step["stack"] for step in json.loads(run("plan", "--json").output)["steps"]]


@pytest.mark.parametrize("come_from", ["a local run", "the CDK CLI"])
def test_what_the_local_run_leaves_out_is_no_change_there(
    tmp_path: Path, on: Any, monkeypatch: pytest.MonkeyPatch, come_from: str
) -> None:
    folder = write(tmp_path / "cdk.out", with_layer(domains()))
    there = with_layer(domains())
    on(as_the_local_run_deploys(there) if come_from == "a local run" else there)
    assert steps_from_what_is_deployed(monkeypatch, folder) == []


@pytest.mark.parametrize(("is_local", "properties"), [(True, {"MemorySize": 512}), (False, {})])
def test_another_change_is_one_there_and_on_aws_any_change_is(
    tmp_path: Path,
    on: Any,
    monkeypatch: pytest.MonkeyPatch,
    is_local: bool,
    properties: dict[str, int],
) -> None:
    folder = write(tmp_path / "cdk.out", with_layer(domains(), **properties))
    on(as_the_local_run_deploys(with_layer(domains())), is_local=is_local)
    assert steps_from_what_is_deployed(monkeypatch, folder) == ["app-shop"]
