"""What every kind of test shares: the cloud assembly, synthesized once."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


def synthesize(outdir: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs `python app.py` with the arguments into `outdir`, without any credentials."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "CDK_"))}
    return subprocess.run(
        [sys.executable, str(ROOT / "app.py"), *arguments],
        env=environment | {"CDK_OUTDIR": str(outdir)},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="session")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the app's cloud assembly, of cdk.json's topology."""
    outdir = tmp_path_factory.mktemp("cdk.out")
    done = synthesize(outdir)
    assert done.returncode == 0, done.stderr
    return outdir
