"""What every kind of test shares: the cloud assembly, synthesized once."""

import fcntl
import gc
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

Shared = Callable[[str, Callable[[Path], object]], Path]

WITHOUT_VALIDATION = {"CDK_VALIDATION": "false"}
"""CDK validates templates by rules that take each process seconds to load. It does in `make synth`,
and in the one process that makes all the templates of an app with a domain more.
"""
os.environ |= WITHOUT_VALIDATION

UNVALIDATED: dict[str, object] = {"@aws-cdk/core:validateAgainstDefaultRules": False}
"""The context of an app that CDK does not validate, in a process in which it does others."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--assembly",
        type=lambda given: Path(given).resolve(),
        help="the app's cloud assembly, just made; it is synthesized where none is given",
    )


def pytest_collection_finish() -> None:
    """What is there by now stays: not to look at it again each time saves much of the time of tests
    that make many objects.
    """
    gc.collect()
    gc.freeze()


def synthesize(outdir: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs `python app.py` with the arguments into `outdir`, without any credentials."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "CDK_"))}
    return subprocess.run(
        [sys.executable, str(ROOT / "app.py"), *arguments],
        env=environment | WITHOUT_VALIDATION | {"CDK_OUTDIR": str(outdir)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="session")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Shared:
    """Has a folder filled that is the same for every worker: by the first that asks for its name.

    The others wait for it. What fails to fill it is tried again by the next, and fails there too.
    """
    here = tmp_path_factory.getbasetemp()
    root = here.parent if "PYTEST_XDIST_WORKER" in os.environ else here

    def folder(name: str, fill: Callable[[Path], object]) -> Path:
        made, filled = root / name, root / f"{name}.filled"
        with (root / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            if not filled.exists():
                shutil.rmtree(made, ignore_errors=True)
                fill(made)
                filled.touch()
        return made

    return folder


@pytest.fixture(scope="session")
def assembly(request: pytest.FixtureRequest, shared: Shared) -> Path:
    """The folder of the app's cloud assembly, of cdk.json's topology."""
    given: Path | None = request.config.getoption("assembly")

    def fill(outdir: Path) -> None:
        if given:
            shutil.copytree(given, outdir)
        else:
            done = synthesize(outdir)
            assert done.returncode == 0, done.stderr

    return shared("cdk.out", fill)
