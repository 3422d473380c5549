"""The functions' third-party packages, for the platform of Lambda: `python -m stacks.dependencies`.

uv takes wheels for the functions' platform, whatever this machine's, with no Docker.
"""

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "lambdas" / "requirements.txt"
BUILT = ROOT / ".build" / "dependencies"

PYTHON_VERSION = "3.14"
PLATFORM = "aarch64-manylinux2014"


class DependenciesMissing(RuntimeError):
    """The packages of the lock file have not been installed."""


def lock_hash() -> str:
    """The identity of the packages: the SHA-256 of lock file and platform, in hex."""
    platform = f"{PYTHON_VERSION} {PLATFORM}"
    return hashlib.sha256(LOCK.read_bytes() + platform.encode()).hexdigest()


def installed() -> Path:
    """The folder of the layer, with the packages below `python`. DependenciesMissing if none."""
    folder = BUILT / lock_hash()[:16]
    if not folder.is_dir():
        raise DependenciesMissing(f"{folder} is not there: run `make dependencies`")
    return folder


def install() -> None:
    """Installs the packages of the lock file, once. CalledProcessError if uv fails."""
    folder = BUILT / lock_hash()[:16]
    if folder.is_dir():
        return
    partial = folder.with_suffix(".partial")
    shutil.rmtree(partial, ignore_errors=True)
    command = [sys.executable, "-m", "uv", "pip", "install", "--quiet", "--no-deps"]
    command += ["--only-binary", ":all:", "--no-compile-bytecode"]
    command += ["--python-version", PYTHON_VERSION, "--python-platform", PLATFORM]
    command += ["--target", str(partial / "python"), "--requirement", str(LOCK)]
    subprocess.run(command, check=True)
    let_all_read(partial)
    partial.rename(folder)


def let_all_read(folder: Path) -> None:
    """Lets everybody read what is in a folder, whatever the umask of who made it: CDK hands its
    modes over, and Lambda runs as another user.

    https://repost.aws/knowledge-center/lambda-deployment-package-errors
    """
    for path in folder.rglob("*"):
        path.chmod(path.stat().st_mode | (0o555 if path.is_dir() else 0o444))


if __name__ == "__main__":
    install()
