"""Wall time of the app's synth, what of it is jsii's start, and what the assembly holds."""

import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

from bench.functions import App, path
from bench.report import Measurement, Progress, Row, at_most

ROUNDS = 3
KERNEL = "import aws_cdk"
"""Starts jsii's Node.js process, which loads the library."""

BINDINGS = re.compile(r"(aws_cdk|cdk_\w+|constructs|jsii)(\.|$)")
"""The modules that jsii serves, and itself."""

_IMPORT = re.compile(r"import time:\s*\d+ \|\s*(?P<us>\d+) \| (?P<indent> *)(?P<module>\S+)")


def measure(app: App, progress: Progress) -> Measurement:
    """Times in seconds, and counts that have a limit."""
    whole, kernel, start, share = [], [], [], []
    for number in range(ROUNDS):
        progress(f"synth: round {number + 1} of {ROUNDS}")
        whole.append(_timed(app.synthesize))
        began = time.perf_counter()
        bindings = imported_s(app.synthesize(PYTHONPROFILEIMPORTTIME="1"))
        start.append(bindings)
        share.append(bindings / (time.perf_counter() - began))
        if bindings:
            kernel.append(_timed(_kernel))
    rows = [Row(app.command, {"value": median(whole), "unit": "s"})]
    if kernel:
        rows += [
            Row("of it, start of jsii", {"value": median(start), "unit": "s"}),
            Row("of that, its Node.js process", {"value": median(kernel), "unit": "s"}),
            Row("share of jsii's start", {"value": median(share) * 100, "unit": "%"}),
        ]
    return Measurement(
        "Synth",
        f"Times: median of {ROUNDS}. Start of jsii: its Node.js process, and its Python modules of "
        "the services in use, in runs of their own, which say how long imports take.",
        [*rows, *_counts(app.outdir)],
    )


def imported_s(profile: str) -> float:
    """Seconds that jsii's modules took, with all they import, in what `-X importtime` wrote."""
    found = [match for line in profile.splitlines() if (match := _IMPORT.match(line))]
    total, within = 0, None
    # A module stands after those it imports, which are indented more.
    for match in reversed(found):
        depth = len(match["indent"])
        if within is not None and depth > within:
            continue
        within = None
        if BINDINGS.match(match["module"]):
            total, within = total + int(match["us"]), depth
    return total / 1_000_000


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


def _kernel() -> None:
    environment = {**os.environ, "PATH": path()}
    subprocess.run([sys.executable, "-c", KERNEL], env=environment, check=True)


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
