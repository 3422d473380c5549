"""Wall time of `python app.py`, what of it is jsii's start, and what the assembly holds."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from statistics import median

from bench.functions import OUTDIR, ROOT, synthesize, templates
from bench.report import Measurement, Progress, Row, at_most

ROUNDS = 3
LAYERS = 2
KERNEL = "import aws_cdk"
"""Starts jsii's Node.js process, which loads the library."""

BINDINGS = "import app"
"""Imports jsii's Python modules of all services that the app uses, besides."""


def measure(progress: Progress) -> Measurement:
    """Times in seconds, and counts that have a limit."""
    whole, kernel, start = [], [], []
    for number in range(ROUNDS):
        progress(f"synth: round {number + 1} of {ROUNDS}")
        whole.append(_timed(synthesize))
        kernel.append(_timed(partial(_run, KERNEL)))
        start.append(_timed(partial(_run, BINDINGS)))
    assets, custom = _assets(), _custom_resources()
    domains = len(templates(OUTDIR))
    share = median(start) / median(whole)
    return Measurement(
        "Synth",
        f"Times: median of {ROUNDS}. Start of jsii: its Node.js process, and its Python modules of "
        "the services in use.",
        [
            Row("python app.py", {"value": median(whole), "unit": "s"}),
            Row("of it, start of jsii", {"value": median(start), "unit": "s"}),
            Row("of that, its Node.js process", {"value": median(kernel), "unit": "s"}),
            Row("share of jsii's start", {"value": share * 100, "unit": "%"}),
            Row(
                "assets",
                {"value": assets, "unit": ""},
                **at_most(domains + LAYERS, assets, "(domains + layers)"),
            ),
            Row("custom resources", {"value": custom, "unit": ""}, **at_most(0, custom, "")),
        ],
    )


def _timed(run: Callable[[], None]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def _run(statement: str) -> None:
    subprocess.run([sys.executable, "-c", statement], cwd=ROOT, check=True)


def _assets() -> int:
    """How many different ones there are; a template is no asset of a domain."""
    manifests = [json.loads(path.read_text()) for path in OUTDIR.glob("*.assets.json")]
    return len(
        {
            key
            for manifest in manifests
            for key, asset in manifest["files"].items()
            if not asset["source"]["path"].endswith(".template.json")
        }
    )


def _custom_resources() -> int:
    types = [r["Type"] for template in templates(OUTDIR) for r in template["Resources"].values()]
    return sum(
        name.startswith("Custom::") or name == "AWS::CloudFormation::CustomResource"
        for name in types
    )
