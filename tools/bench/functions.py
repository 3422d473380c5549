"""The functions of the synthesized templates: what the measurements run."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
WORK = ROOT / ".build" / "bench"
OUTDIR = WORK / "cdk.out"


@dataclass(frozen=True)
class Function:
    """A function of a template: its module, and its environment with placeholders for values."""

    module: str
    environment: dict[str, str]
    batch: int
    """How many records it gets at a time; 0 if it is not fed by a queue or a stream."""


def synthesize(outdir: Path = OUTDIR) -> None:
    """Runs `python app.py` as a process of its own. CalledProcessError if it fails."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("AWS_", "CDK_"))}
    subprocess.run(
        [sys.executable, str(ROOT / "app.py")],
        env=environment | {"CDK_OUTDIR": str(outdir), "JSII_DEPRECATED": "quiet"},
        check=True,
    )


@cache
def assembly() -> Path:
    """The folder of the app's cloud assembly, synthesized when first asked for."""
    synthesize()
    return OUTDIR


def templates(folder: Path) -> list[dict[str, Any]]:
    """The templates of a cloud assembly."""
    return [json.loads(path.read_text()) for path in sorted(folder.glob("*.template.json"))]


@cache
def functions() -> tuple[Function, ...]:
    """Every function of the assembly, by the name of its module."""
    found = [function for template in templates(assembly()) for function in _functions(template)]
    return tuple(sorted(found, key=lambda function: function.module))


def consumers() -> tuple[Function, ...]:
    """Every function that is fed by a queue or a stream."""
    return tuple(function for function in functions() if function.batch)


def _functions(template: dict[str, Any]) -> list[Function]:
    resources = template["Resources"]
    batches = {
        resource["Properties"]["FunctionName"]["Ref"]: resource["Properties"]["BatchSize"]
        for resource in resources.values()
        if resource["Type"] == "AWS::Lambda::EventSourceMapping"
    }
    return [
        Function(
            module=resource["Properties"]["Handler"].rpartition(".")[0],
            environment=_environment(resource["Properties"]["Environment"]["Variables"]),
            batch=batches.get(logical_id, 0),
        )
        for logical_id, resource in resources.items()
        if resource["Type"] == "AWS::Lambda::Function"
    ]


def _environment(variables: dict[str, Any]) -> dict[str, str]:
    """What the function would see on Lambda; what only a deploy knows is named, not resolved."""
    resolved = {
        name: value if isinstance(value, str) else f"https://{name.lower()}"
        for name, value in variables.items()
    }
    return resolved | {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "lambdas"), str(ROOT / "tools")]),
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "bench",
        "AWS_SECRET_ACCESS_KEY": "bench",
    }
