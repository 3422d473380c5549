"""The path of `make deploy`: the pinned CDK CLI bootstraps two accounts and deploys into them."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from business import shop
from local import instances, process, running
from local.left_out import without_left_out
from tests.conftest import ROOT

CDK = ROOT / "node_modules" / ".bin" / "cdk"
ACCOUNTS = {"orders": "111111111111", "invoicing": "222222222222"}
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


@pytest.fixture
def for_this_machine(assembly: Path, tmp_path: Path) -> Path:
    """The cloud assembly without what a local run leaves out: packages of another platform."""
    copy = tmp_path / "cdk.out"
    shutil.copytree(assembly, copy)
    for path in copy.glob("*.template.json"):
        template, _ = without_left_out(json.loads(path.read_text()))
        path.write_text(json.dumps(template))
    return copy


def test_what_the_cdk_cli_deploys_invoices_an_order(
    emulator: instances.Emulator, for_this_machine: Path
) -> None:
    app = ("--app", str(for_this_machine))
    for account in ACCOUNTS.values():
        cdk(emulator, account, "bootstrap", f"aws://{account}/{REGION}")
    cdk(emulator, ACCOUNTS["orders"], "deploy", "--all", "--require-approval", "never", *app)

    system = running.attach(for_this_machine, emulator)
    order = shop.await_invoice(system, shop.place(system, "us-west"))
    assert order["status"] == "INVOICED"
