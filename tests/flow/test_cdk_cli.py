"""The path of `make deploy`: the pinned CDK CLI bootstraps each account and deploys into it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from business import shop
from local import instances, process, running
from stacks.topology import DOMAINS
from tests.conftest import ROOT
from tests.synth.template import stacks_of

CDK = ROOT / "node_modules" / ".bin" / "cdk"
REGION = "eu-west-1"


@pytest.fixture
def emulator() -> Iterator[instances.Emulator]:
    """An empty local AWS."""
    started = process.start(instances.free_port())
    yield started
    process.stop(started)


def cdk(emulator: instances.Emulator, account: str, *arguments: str) -> str:
    """Runs the CDK CLI as an administrator of the account; returns what it printed."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("AWS_")} | {
        "AWS_ENDPOINT_URL": emulator.endpoint,
        "AWS_ACCESS_KEY_ID": account,
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": REGION,
        "CDK_DISABLE_CLI_TELEMETRY": "1",
    }
    done = subprocess.run(
        [str(CDK), "--no-notices", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def make_deploy(emulator: instances.Emulator, assembly: Path) -> str:
    """Deploys each stack in its own account, as `make deploy` does; returns what it printed."""
    command = ["run", "--assembly", str(assembly), "--endpoint-url", emulator.endpoint]
    done = subprocess.run(
        [sys.executable, "-m", "deploy", *command, "--", "--require-approval", "never"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=480,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_what_make_deploy_deploys_invoices_an_order_and_is_seen_by_the_monitoring_account(
    emulator: instances.Emulator,
    assembly: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    # The CLI is 16 MB of JavaScript: Node.js compiles it once, and not for each command.
    monkeypatch.setenv("NODE_COMPILE_CACHE", str(tmp_path / "compiled"))
    for artifact in stacks_of(assembly).values():
        account, region = artifact["environment"].removeprefix("aws://").split("/")
        # With the assembly, the CLI has no reason to synthesize the app once more.
        app = ("--app", str(assembly))
        cdk(emulator, account, "bootstrap", f"aws://{account}/{region}", *app)
    said = make_deploy(emulator, assembly)
    assert "1. create crossbus-dev-monitoring" in said
    for first in ("invoicing", "fulfillment"):
        without, now = f"crossbus-dev-{first}: without its rules", f"crossbus-dev-{first}: now with"
        assert said.index(without) < said.index("Orders --exclusively") < said.index(now)

    system = running.attach(assembly, emulator)
    order = shop.await_invoice(system, shop.place(system, "us-west"))
    assert order["status"] == "INVOICED"
    sink = system.output("crossbus-dev-monitoring", "SinkArn")
    for domain in DOMAINS:
        assert f"--parameters MonitoringSink={sink}" in said
        (link,) = system.resources(domain, "AWS::Oam::Link").values()
        assert link.startswith(f"arn:aws:oam:{REGION}:{system.stack(domain).account}:link/")
