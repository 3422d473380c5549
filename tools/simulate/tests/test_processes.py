"""Who stops a simulation, or kills it, stops all of its processes."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from simulate.tests import things

TOOLS = Path(__file__).parents[2]
STAYS = """
import os, threading
os.write(1, b"%d\\n" % os.getpid())
threading.Event().wait()
"""
"""A module that tells in which process it is loaded, in one write as others tell it beside it, and
never comes to an end.
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL])
def test_a_stopped_simulation_leaves_nothing_behind(
    request: pytest.FixtureRequest, tmp_path: Path, number: int
) -> None:
    assembly, temporary = tmp_path / "assembly", tmp_path / "temporary"
    assembly.mkdir()
    temporary.mkdir()
    things.write(assembly, keep=STAYS)
    # This mistake is one of the templates, of which a process has a copy meanwhile.
    options = ["--mutation", "nobody is told", "--jobs", "2", "--assembly", str(assembly)]
    simulation = subprocess.Popen(
        [sys.executable, "-m", "simulate", "--business", things.__name__, *options],
        env={**os.environ, "PYTHONPATH": str(TOOLS), "TMPDIR": str(temporary)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    request.addfinalizer(simulation.kill)
    assert simulation.stdout
    loading = [psutil.Process(int(simulation.stdout.readline())) for _ in range(2)]
    assert len(list(temporary.iterdir())) == 2
    simulation.send_signal(number)
    _, alive = psutil.wait_procs(loading, timeout=10)
    assert alive == []
    _, told = simulation.communicate()
    assert list(temporary.iterdir()) == []
    if number != signal.SIGKILL:
        assert told == "simulate: stopped; nothing is left running\n"
        assert simulation.returncode == 130
