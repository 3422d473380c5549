"""Wall time of the app's synth, what of it is jsii's start, and what the assembly holds."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from bench.functions import App, path
from bench.report import Measurement, Progress, Row, at_most

ROUNDS = 3
KERNEL = "import aws_cdk"
"""Starts jsii's Node.js process, which loads the library."""

_SERVED = re.compile(r"(aws_cdk|cdk_\w+|constructs)(\.|$)")
_IMPORT = re.compile(r"import '([\w.]+)' #")


def measure(app: App, progress: Progress) -> Measurement:
    """Times in seconds, and counts that have a limit."""
    progress("synth: what it imports")
    bindings = served_by_jsii(app.synthesize(PYTHONVERBOSE="1"))
    whole, kernel, start = [], [], []
    for number in range(ROUNDS):
        progress(f"synth: round {number + 1} of {ROUNDS}")
        whole.append(_timed(app.synthesize))
        if bindings:
            kernel.append(_timed(partial(_run, KERNEL)))
            start.append(_timed(partial(_run, f"import {', '.join(bindings)}")))
    rows = [Row(app.command, {"value": median(whole), "unit": "s"})]
    if bindings:
        share = median(start) / median(whole)
        rows += [
            Row("of it, start of jsii", {"value": median(start), "unit": "s"}),
            Row("of that, its Node.js process", {"value": median(kernel), "unit": "s"}),
            Row("share of jsii's start", {"value": share * 100, "unit": "%"}),
        ]
    return Measurement(
        "Synth",
        f"Times: median of {ROUNDS}. Start of jsii: its Node.js process, and its Python modules of "
        "the services in use.",
        [*rows, *_counts(app.outdir)],
    )


def served_by_jsii(log: str) -> list[str]:
    """The modules that jsii serves, in what Python wrote of its imports (PYTHONVERBOSE)."""
    imported = [match[1] for line in log.splitlines() if (match := _IMPORT.match(line))]
    return [module for module in imported if _SERVED.match(module)]


def _counts(outdir: Path) -> list[Row]:
    templates = [json.loads(file.read_text()) for file in outdir.glob("*.template.json")]
    resources = [one for template in templates for one in template.get("Resources", {}).values()]
    layers = {
        json.dumps(one["Properties"]["Content"]["S3Key"])
        for one in resources
        if one["Type"] == "AWS::Lambda::LayerVersion"
    }
    custom = sum(
        one["Type"].startswith("Custom::") or one["Type"] == "AWS::CloudFormation::CustomResource"
        for one in resources
    )
    assets = _assets(outdir)
    limit = len(templates) + len(layers)
    return [
        Row("assets", {"value": assets, "unit": ""}, **at_most(limit, assets, "(stacks + layers)")),
        Row("custom resources", {"value": custom, "unit": ""}, **at_most(0, custom, "")),
    ]


def _timed(run: Callable[[], Any]) -> float:
    began = time.perf_counter()
    run()
    return time.perf_counter() - began


def _run(statement: str) -> None:
    environment = {**os.environ, "PATH": path()}
    subprocess.run([sys.executable, "-c", statement], env=environment, check=True)


def _assets(outdir: Path) -> int:
    """How many different ones there are; a template is no asset of a domain."""
    manifests = [json.loads(file.read_text()) for file in outdir.glob("*.assets.json")]
    return len(
        {
            key
            for manifest in manifests
            for key, asset in manifest["files"].items()
            if not asset["source"]["path"].endswith(".template.json")
        }
    )
