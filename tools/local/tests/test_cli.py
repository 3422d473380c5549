"""`python -m local up` and `down`: what they leave running, what they say, what they remove."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from local import instances, process, system
from local.__main__ import app
from local.paths import TOOLS
from local.tests.conftest import ALPHA, REGION, eventually

QUEUE = {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": "waiting"}}
API: dict[str, Any] = {
    "Api": {
        "Type": "AWS::ApiGatewayV2::Api",
        "Properties": {"Name": "alpha", "ProtocolType": "HTTP"},
    },
    "Route": {
        "Type": "AWS::ApiGatewayV2::Route",
        "Properties": {
            "ApiId": {"Ref": "Api"},
            "RouteKey": "POST /things",
            "AuthorizationType": "AWS_IAM",
        },
    },
    "Queue": QUEUE,
}


def write_assembly(folder: Path, resources: dict[str, Any]) -> Path:
    """A cloud assembly of one stack."""
    folder.mkdir(exist_ok=True)
    manifest = {
        "artifacts": {
            "Alpha": {
                "type": "aws:cloudformation:stack",
                "environment": f"aws://{ALPHA}/{REGION}",
                "properties": {
                    "templateFile": "alpha.json",
                    "stackName": "test-alpha",
                    "stackTemplateAssetObjectUrl": f"s3://assets-{ALPHA}/alpha.json",
                },
            }
        }
    }
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    template = {"Resources": resources}
    (folder / "alpha.json").write_text(json.dumps(template), encoding="utf-8")
    return folder


class Checkout:
    """A copy of the local run in a folder of its own, as on another machine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        shutil.copytree(TOOLS / "local", folder / "tools" / "local")
        self.assembly = write_assembly(folder / "cdk.out", API)
        self.port = instances.free_port()

    def run(self, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
        done = self.start(*arguments, **environment)
        output, _ = done.communicate(timeout=60)
        return subprocess.CompletedProcess(arguments, done.returncode, output)

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-m", "local", *arguments],
            cwd=self.folder / "tools",
            env={**os.environ, "LOCAL_PORT": str(self.port), **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def answers(self) -> bool:
        try:
            return httpx.get(f"http://127.0.0.1:{self.port}/_ministack/health").is_success
        except httpx.TransportError:
            return False

    def stop(self) -> None:
        """Stops what runs, as `down` does: a process for it alone would take longer to start."""
        for file in (self.folder / ".local").glob("emulator-*/pid"):
            pid = int(file.read_text(encoding="utf-8"))
            process.stop(instances.Emulator(self.port, pid, file.parent))

    def kept(self) -> dict[str, Any]:
        """What is known to later commands of the app that runs."""
        file = self.folder / f".local/emulator-{self.port}/system.json"
        found: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
        return found

    def left(self) -> list[str]:
        state = self.folder / ".local"
        return sorted(path.name for path in state.iterdir()) if state.exists() else []


@pytest.fixture
def checkout(tmp_path: Path) -> Iterator[Checkout]:
    copy = Checkout(tmp_path)
    yield copy
    copy.stop()


def test_up_leaves_the_system_running_and_says_how_to_use_it(checkout: Checkout) -> None:
    done = checkout.run("up")
    assert done.returncode == 0, done.stdout
    assert checkout.answers()
    assert "curl --aws-sigv4" in done.stdout
    assert f"AWS_ENDPOINT_URL=http://127.0.0.1:{checkout.port}" in done.stdout
    assert f"AWS_ACCESS_KEY_ID={ALPHA}" in done.stdout


def test_down_stops_it_and_leaves_nothing_and_does_nothing_the_second_time(
    checkout: Checkout,
) -> None:
    checkout.run("up")
    assert checkout.run("down").stdout == "stopped; nothing is left\n"
    assert not checkout.answers()
    assert not (checkout.folder / ".local").exists()
    again = checkout.run("down")
    assert (again.returncode, again.stdout) == (0, "nothing is running\n")


def test_a_second_up_updates_the_running_system(checkout: Checkout) -> None:
    checkout.run("up")
    write_assembly(checkout.assembly, {**API, "More": {"Type": "AWS::SNS::Topic"}})
    done = checkout.run("up")
    assert done.returncode == 0, done.stdout
    kept = checkout.kept()
    stacks = {label: system.Deployed(**stack) for label, stack in kept["stacks"].items()}
    running = system.System(kept["port"], kept["pid"], stacks)
    assert list(running.resources("test-alpha", "AWS::SNS::Topic")) == ["More"]


def test_up_on_another_port_than_the_running_system_is_refused(checkout: Checkout) -> None:
    checkout.run("up")
    done = checkout.run("up", "--port", str(instances.free_port()))
    assert done.returncode == 1
    assert f"already running on port {checkout.port}" in done.stdout


def test_up_that_is_to_enforce_iam_where_none_is_enforced_is_refused(checkout: Checkout) -> None:
    checkout.run("up")
    done = checkout.run("up", "--auth")
    assert done.returncode == 1
    assert f"the local run on port {checkout.port} does not enforce IAM; stop it" in done.stdout


def test_what_enforces_iam_is_updated_with_and_without_asking_for_it(checkout: Checkout) -> None:
    for options in (["--auth"], ["--auth"], []):
        done = checkout.run("up", *options)
        assert done.returncode == 0, done.stdout


def test_an_account_of_other_than_twelve_digits_is_refused(checkout: Checkout) -> None:
    done = checkout.run("up", "--account", "12")
    assert done.returncode == 2
    assert "'12': expected the 12 digits of an account" in done.stdout
    assert checkout.left() == []


def test_up_says_when_the_port_is_taken_and_leaves_nothing(checkout: Checkout) -> None:
    with socket.create_server(("127.0.0.1", checkout.port)):
        done = checkout.run("up")
    assert done.returncode == 1
    assert f"port {checkout.port} on 127.0.0.1 is taken by another program. Stop it" in done.stdout
    assert "choose another port with LOCAL_PORT=<port> or --port <port>." in done.stdout
    assert checkout.left() == []


def test_of_two_ups_at_once_on_one_port_one_wins_and_the_other_names_it(
    checkout: Checkout,
) -> None:
    both = [checkout.start("up"), checkout.start("up")]
    told = [up.communicate(timeout=60)[0] for up in both]
    assert sorted(up.returncode for up in both) == [0, 1], told
    [refusal] = [text for up, text in zip(both, told, strict=True) if up.returncode == 1]
    pid = (checkout.folder / f".local/emulator-{checkout.port}/pid").read_text(encoding="utf-8")
    assert f"is taken by a local run of {checkout.assembly} (process {pid})" in refusal
    assert "Traceback" not in refusal
    assert checkout.answers()


@pytest.mark.parametrize("port", ["abc", "80000", "0", "-1"])
def test_a_port_that_is_none_is_a_usage_error(port: str) -> None:
    done = CliRunner().invoke(app, ["up"], env={"LOCAL_PORT": port}, terminal_width=200)
    assert done.exit_code == 2
    assert "Invalid value for '--port' (env var: 'LOCAL_PORT')" in done.output


def test_an_unknown_command_is_a_usage_error(checkout: Checkout) -> None:
    done = checkout.run("upp", COLUMNS="200")
    assert done.returncode == 2
    assert "No such command 'upp'" in done.stdout
    assert "Traceback" not in done.stdout


def test_a_failed_deploy_names_stack_resource_and_reason_and_leaves_nothing(
    checkout: Checkout,
) -> None:
    bad = {
        "Type": "AWS::SNS::Subscription",
        "Properties": {
            "TopicArn": "arn:aws:sns:eu-west-1:100000000001:none",
            "Protocol": "sqs",
            "Endpoint": "arn:aws:sqs:eu-west-1:100000000001:waiting",
        },
    }
    write_assembly(checkout.assembly, {**API, "Broken": bad})
    done = checkout.run("up")
    assert done.returncode == 1
    for expected in ("test-alpha", "Broken", "topic", "does not exist"):
        assert expected in done.stdout
    assert "Traceback" not in done.stdout
    assert not checkout.answers()
    assert checkout.left() == []


def test_a_system_without_an_api_is_brought_up_and_its_api_not_spoken_of(
    checkout: Checkout,
) -> None:
    write_assembly(checkout.assembly, {"Queue": QUEUE})
    done = checkout.run("up")
    assert done.returncode == 0, done.stdout
    assert "sqs list-queues" in done.stdout
    assert "curl" not in done.stdout


def test_a_reference_to_nothing_is_refused_before_anything_starts(checkout: Checkout) -> None:
    broken = {**QUEUE, "DependsOn": "nope"}
    write_assembly(checkout.assembly, {"Queue": broken})
    done = checkout.run("up")
    assert done.returncode == 1
    assert "test-alpha: Template format error: Unresolved" in done.stdout
    assert "[nope] in the Resources block" in done.stdout
    assert checkout.left() == []


def test_an_assembly_that_is_not_there_is_said_so(checkout: Checkout) -> None:
    done = checkout.run("up", "nowhere")
    assert done.returncode == 1
    assert "nowhere is no cloud assembly" in done.stdout
    assert checkout.left() == []


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_an_interrupted_up_leaves_nothing_running(checkout: Checkout, number: int) -> None:
    many = {f"Topic{n}": {"Type": "AWS::SNS::Topic"} for n in range(3000)}
    write_assembly(checkout.assembly, {**API, **many})
    interrupted = checkout.start("up")
    eventually(checkout.answers)
    interrupted.send_signal(number)
    output, _ = interrupted.communicate(timeout=30)
    assert interrupted.returncode != 0, output
    eventually(lambda: not checkout.answers())
    if number != signal.SIGKILL:
        assert "interrupted; nothing is left running" in output
        assert checkout.left() == []


def test_what_a_crash_left_is_removed_by_down(checkout: Checkout) -> None:
    checkout.run("up")
    os.kill(checkout.kept()["pid"], signal.SIGKILL)
    eventually(lambda: not checkout.answers())
    done = checkout.run("down")
    assert done.stdout == "nothing was running; removed what an earlier run had left\n"
    assert checkout.left() == []


def test_up_works_after_a_crash(checkout: Checkout) -> None:
    checkout.run("up")
    os.kill(checkout.kept()["pid"], signal.SIGKILL)
    eventually(lambda: not checkout.answers())
    again = checkout.run("up")
    assert again.returncode == 0
    assert again.stdout.startswith(
        f"the run on port {checkout.port} had ended unexpectedly; starting afresh: its data is gone"
    )
    assert checkout.answers()


def test_the_default_port_is_the_one_that_the_help_names() -> None:
    done = CliRunner().invoke(app, ["up", "--help"], terminal_width=200)
    assert str(process.DEFAULT_PORT) in done.output
