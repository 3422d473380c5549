"""Apps of other teams run as they are, and what of them has no effect here is named."""

import contextlib
import io
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from local import instances, system
from local.paths import TOOLS
from local.system import System
from local.tests.conftest import eventually

APPS = Path(__file__).parent / "apps"
THINGS, GADGETS = APPS / "things", APPS / "gadgets"


@dataclass(frozen=True)
class Run:
    """What `up` has printed, and the system that it left running."""

    told: str
    system: System


def local(*arguments: object, port: int = 0) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "local", *map(str, arguments)],
        cwd=TOOLS,
        env={**os.environ, "COLUMNS": "200", **({"LOCAL_PORT": str(port)} if port else {})},
        capture_output=True,
        text=True,
        check=False,
    )


@contextlib.contextmanager
def up(app: Path, *options: str) -> Iterator[Run]:
    """The app, brought up on the command line, and taken down again."""
    port = instances.free_port()
    done = local("up", app, *options, port=port)
    try:
        assert done.returncode == 0, done.stdout + done.stderr
        yield Run(done.stdout, system.running(app))
    finally:
        assert local("down", app).stdout.startswith("stopped; nothing is left\n")
        assert instances.find(port) is None


@pytest.fixture(scope="module")
def things() -> Iterator[Run]:
    with up(THINGS) as run:
        yield run


@pytest.fixture(scope="module")
def gadgets() -> Iterator[Run]:
    with up(GADGETS) as run:
        yield run


def only(system: System, stack: str, resource_type: str) -> str:
    [physical_id] = system.resources(stack, resource_type).values()
    return physical_id


def kept(run: Run) -> list[object]:
    table = only(run.system, "Store", "AWS::DynamoDB::Table")
    items = run.system.client("dynamodb", "Store").scan(TableName=table)["Items"]
    return [json.loads(item["detail"]["S"]) for item in items]


def test_what_is_posted_passes_bus_topic_queue_and_a_nodejs_handler_into_the_table(
    things: Run,
) -> None:
    posted = httpx.post(f"{things.system.api_url()}/things", json={"id": "posted"})
    assert posted.status_code == 202
    eventually(lambda: {"id": "posted"} in kept(things))


def test_an_event_put_on_the_bus_arrives(things: Run) -> None:
    entry = {
        "EventBusName": "alpha",
        "Source": "shop.example",
        "DetailType": "ThingHappened",
        "Detail": '{"id": "put"}',
    }
    answer = things.system.client("events", "Store").put_events(Entries=[entry])
    assert answer["FailedEntryCount"] == 0
    eventually(lambda: {"id": "put"} in kept(things))


def test_stacks_that_may_go_anywhere_are_said_to_have_gone_somewhere(things: Run) -> None:
    assert "Store and Web name no account or region" in things.told
    assert {stack.account for stack in things.system.stacks.values()} == {"000000000000"}


def test_each_stack_is_told_with_what_it_holds_and_how_it_is_called(things: Run) -> None:
    url = f"{things.system.api_url()}/things"
    for expected in (
        "Store · account 000000000000, region us-east-1\n  buses     alpha\n",
        "Web · account 000000000000, region us-east-1\n",
        f"curl -X POST '{url}'",
        f"AWS_ENDPOINT_URL={things.system.endpoint}",
        f"python -m local down {THINGS}",
    ):
        assert expected in things.told


def test_a_type_that_the_emulator_does_not_know_is_named_and_does_not_stop_the_app(
    things: Run,
) -> None:
    assert "there in name only, for the emulator cannot do it: AWS::Strange::Thing (1)" in (
        things.told
    )


def test_a_stand_in_of_the_sdk_is_named_with_the_function_that_gets_it(things: Run) -> None:
    assert "gets a small stand-in of @aws-sdk/client-dynamodb: Keep" in things.told


def test_nothing_is_said_of_crossbus(things: Run, gadgets: Run) -> None:
    assert "crossbus" not in (things.told + gadgets.told).lower()


def test_two_apps_run_side_by_side_and_each_is_found(things: Run, gadgets: Run) -> None:
    assert things.system.port != gadgets.system.port
    assert system.running(THINGS) == things.system
    assert system.running(GADGETS) == gadgets.system


def test_a_rest_api_with_inline_code_and_a_stage_of_a_parameters_default_answers(
    gadgets: Run,
) -> None:
    url = gadgets.system.api_url("Live-Gadgets")
    assert url.endswith("/live")
    assert httpx.get(f"{url}/greetings/you").text == "hello you"
    assert "GET /greetings/{name}" in gadgets.told


def test_a_function_of_a_nested_stack_runs_as_a_module(gadgets: Run) -> None:
    functions = gadgets.system.resources("Live-Gadgets", "AWS::Lambda::Function")
    answer = gadgets.system.client("lambda", "Live-Gadgets").invoke(
        FunctionName=functions["Inner/Step"], Payload=b'{"number": 21}'
    )
    assert json.load(io.BytesIO(answer["Payload"].read())) == {"doubled": 42}


def test_a_custom_resource_whose_function_lacks_a_package_is_there_in_name_only(
    gadgets: Run,
) -> None:
    assert "AWS::Strange::Thing (1), Custom::EmptyBucket (1)" in gadgets.told
    assert "may not start without @aws-sdk/client-s3; npm install it beside the app: Sweep" in (
        gadgets.told
    )


def test_a_function_of_another_runtime_is_named(gadgets: Run) -> None:
    assert "runtime java21 is not on this machine: Legacy" in gadgets.told


def test_a_property_that_nothing_looks_at_is_named(gadgets: Run) -> None:
    assert "dropped, for nothing in the emulator looks at it" in gadgets.told
    assert "AWS::S3::Bucket: LifecycleConfiguration.Rules.ExpirationDate" in gadgets.told


def test_what_refers_to_a_stand_in_gets_an_arn(gadgets: Run) -> None:
    parameter = gadgets.system.client("ssm", "Live-Gadgets").get_parameter(Name="/strange")
    assert parameter["Parameter"]["Value"] == (
        "arn:aws:strange:eu-west-1:100000000007:thing/Live-Gadgets-Strange"
    )


def test_strict_refuses_an_app_that_is_not_all_honoured_and_leaves_nothing(
    tmp_path: Path,
) -> None:
    port, copy = instances.free_port(), tmp_path / "things"
    shutil.copytree(THINGS, copy)
    done = local("up", copy, "--strict", port=port)
    assert done.returncode == 1
    assert "not all of the app is honoured here" in done.stdout
    assert "AWS::Strange::Thing (1)" in done.stdout
    assert instances.find(port) is None


def test_down_says_what_else_is_running(things: Run) -> None:
    done = local("down", APPS / "none")
    # A run of another test, in this checkout, may just have crashed: then that is cleaned away.
    assert re.match("nothing (is|was) running", done.stdout)
    assert f"still running: {THINGS} on port {things.system.port}" in done.stdout
