"""A ministack that differs from the pinned one is noticed when the emulator starts."""

import subprocess
import sys
from importlib.metadata import version

import pytest

from local.paths import ROOT, TOOLS


def install_after(change: str) -> subprocess.CompletedProcess[str]:
    """Installs the additions in a process of their own, after a change to ministack."""
    program = f"{change}\nfrom local.emulator import additions\nadditions.install()\n"
    command = [sys.executable, "-c", program]
    return subprocess.run(command, cwd=TOOLS, capture_output=True, text=True, check=False)


def test_the_additions_were_written_for_the_pinned_version() -> None:
    program = "from local.emulator import seams; print(seams.PINNED_VERSION)"
    command = [sys.executable, "-c", program]
    done = subprocess.run(command, cwd=TOOLS, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == version("ministack")
    assert f"ministack=={version('ministack')}" in (ROOT / "requirements-dev.in").read_text()


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (
            "import ministack.services.eventbridge as m; del m._invoke_target",
            "ministack.services.eventbridge._invoke_target does not exist",
        ),
        (
            "import ministack.services.cloudformation.provisioners as m\n"
            "m._RESOURCE_HANDLERS['AWS::Events::Archive'] = {}",
            "ministack provisions AWS::Events::Archive itself now",
        ),
        (
            "import ministack.services.cloudformation.provisioners as m\n"
            "del m._RESOURCE_HANDLERS['AWS::SNS::Topic']",
            "ministack no longer creates and updates AWS::SNS::Topic",
        ),
        (
            "import ministack.services.sqs as m\nm._HANDLERS['StartMessageMoveTask'] = None",
            "ministack has StartMessageMoveTask itself now",
        ),
    ],
)
def test_a_seam_that_is_gone_or_an_addition_not_needed_any_more_stops_the_start(
    change: str, expected: str
) -> None:
    done = install_after(change)
    assert done.returncode != 0
    assert expected in done.stderr


def test_the_additions_go_into_the_ministack_that_is_installed() -> None:
    assert install_after("").returncode == 0
