"""Wall time of what a person runs: `make demo` and `make test`, in a checkout that is set up."""

import subprocess
import time

from bench.report import Measurement, Progress, Row, at_most


def measure(target: str, limit_s: float, progress: Progress) -> Measurement:
    """Runs `make TARGET` once in the current folder. RuntimeError, with its output, if it fails."""
    progress(f"make {target}")
    began = time.perf_counter()
    done = subprocess.run(
        ["make", target], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
    )
    took = time.perf_counter() - began
    if done.returncode:
        raise RuntimeError(f"make {target} ended with {done.returncode}:\n{done.stdout}")
    return Measurement(
        f"make {target}",
        "Once, in a checkout that is set up.",
        [Row(f"make {target}", {"s": took}, **at_most(limit_s, took, "s"))],
    )
