"""Wall time of `python app.py`, what of it is jsii's start, and what the assembly holds."""

import json
import subprocess
import sys
import time
from collections.abc import Callable
from statistics import median

from bench.functions import OUTDIR, ROOT, synthesize, templates
from bench.report import Measurement, Progress, Row, at_most

ROUNDS = 3
LAYERS = 2
JSII_START = "import aws_cdk; aws_cdk.App(analytics_reporting=False)"


def measure(progress: Progress) -> Measurement:
    """Times in seconds, and counts that have a limit."""
    whole, start = [], []
    for number in range(ROUNDS):
        progress(f"synth: round {number + 1} of {ROUNDS}")
        whole.append(_timed(synthesize))
        start.append(_timed(_start_jsii))
    assets, custom = _assets(), _custom_resources()
    domains = len(templates(OUTDIR))
    share = median(start) / median(whole)
    return Measurement(
        "Synth",
        f"Times: median of {ROUNDS}. Start of jsii: `import aws_cdk` and its Node.js process.",
        [
            Row("python app.py", {"value": median(whole), "unit": "s"}),
            Row("of it, start of jsii", {"value": median(start), "unit": "s"}),
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


def _start_jsii() -> None:
    subprocess.run([sys.executable, "-c", JSII_START], cwd=ROOT, check=True)


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
