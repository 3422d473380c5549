"""Copies of this repository, with a made-up domain in it, and commands that run there."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.conftest import ROOT

NAME, MODULE, EVENT = "gift-cards", "gift_cards", "GiftCardsNoted"
OBSERVES = "invoicing:InvoiceIssued"
SHARED = ".build"
"""The functions' packages: installed once, and the same for every copy."""


class Copy:
    """A checkout of its own, without git and virtual environment."""

    def __init__(self, folder: Path, source: Path = ROOT) -> None:
        self.folder = folder
        for path in _files(source):
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(source / path, folder / path)
        (folder / SHARED).symlink_to(ROOT / SHARED)

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Runs `python -m …` or `python script …` in the copy; returns its status and output."""
        paths = (self.folder, self.folder / "lambdas", self.folder / "tools")
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "CDK_", "PYTEST"))}
        return subprocess.run(
            [sys.executable, *command],
            cwd=self.folder,
            env=kept | {"PYTHONPATH": os.pathsep.join(map(str, paths))},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )

    def succeeds(self, *command: str) -> str:
        """What a command prints that has to succeed."""
        done = self.run(*command)
        assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-4000:]}"
        return done.stdout

    def synthesizes(self) -> None:
        """Writes cdk.out."""
        self.succeeds("app.py")

    def tests(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Runs tests of the copy in one process."""
        return self.run("-m", "pytest", "-q", "-p", "no:xdist", *arguments)

    def replace(self, file: str, old: str, new: str) -> None:
        """Replaces a text that has to be in a file."""
        path = self.folder / file
        text = path.read_text()
        assert old in text, f"{old!r} in {file}"
        path.write_text(text.replace(old, new))


def with_domain(folder: Path, name: str = NAME) -> Copy:
    """A copy with a domain that `make domain` makes, and the schemas that `make docs` writes."""
    made = Copy(folder)
    made.succeeds("-m", "scaffold", name, "--observes", OBSERVES)
    made.succeeds("-m", "contracts.language.schemas")
    return made


def _files(source: Path) -> list[Path]:
    """What git keeps, or would keep, of a checkout; of a copy, everything."""
    if not (source / ".git").exists():
        return [
            path.relative_to(source)
            for path in source.rglob("*")
            if path.is_file() and SHARED not in path.parts and "__pycache__" not in path.parts
        ]
    command = ["git", "ls-files", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(command, cwd=source, capture_output=True, text=True, check=True)
    return [Path(line) for line in listed.stdout.splitlines() if (source / line).is_file()]
