"""Histories of a made-up app: they hold, they find mistakes, they are the same each time."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from simulate.chance import Chance
from simulate.errors import NotSimulated
from simulate.faults import KINDS
from simulate.loop import Loop
from simulate.shortening import fewest
from simulate.tests import things
from simulate.wiring import Wiring

TOOLS = Path(__file__).parents[2]
NOT_TOLD = "what is not kept is not told"


@pytest.fixture(scope="module")
def assembly(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return things.write(tmp_path_factory.mktemp("things"))


def simulate(
    assembly: Path, *arguments: str, **environment: str
) -> subprocess.CompletedProcess[str]:
    command = ["-m", "simulate", "--business", "simulate.tests.things", "--jobs", "1"]
    return subprocess.run(
        [sys.executable, *command, "--assembly", str(assembly), *arguments],
        env={**os.environ, "PYTHONPATH": str(TOOLS), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_good_handlers_keep_every_promise(assembly: Path) -> None:
    done = simulate(assembly, "--seeds", "40")
    assert done.returncode == 0, done.stdout + done.stderr
    pattern = r"40 histories · 400 things · [\d,]+ deliveries · [\d,]+ faults · 0 lost · 0 stuck +"
    assert re.match(pattern + r"\(seed 1 … 40, \d+ s\)\n$", done.stdout)


IN_TIME = """time.sleep(3)
        assert abs(context.get_remaining_time_in_millis() - 7_000) < 1
        failed = []"""


def test_a_function_is_told_what_its_timeout_leaves(tmp_path: Path) -> None:
    keep = things.KEEP.replace("import json", "import json, time").replace("failed = []", IN_TIME)
    done = simulate(things.write(tmp_path, keep=keep), "--seeds", "10")
    assert done.returncode == 0, done.stdout + done.stderr


def test_a_mistake_is_found_shortened_and_told(assembly: Path) -> None:
    done = simulate(assembly, "--mutation", NOT_TOLD, "--seeds", "200")
    assert done.returncode == 1, done.stdout + done.stderr
    lines = done.stdout.splitlines()
    assert lines[0].startswith("seed ")
    (broken,) = (line for line in lines if line.startswith("BROKEN lost: "))
    thing = broken.split()[2]
    assert lines[1] == f"What befell {thing}:"
    assert any("✗ keep" in line and "FAULT" in line for line in lines)
    assert "It takes 1 fault, and 1 beginning outside:" in lines
    assert len(lines[1:]) <= 40


@pytest.mark.parametrize(
    ("mutation", "how"),
    [
        ("nothing is given up", "ends its function each time, and is set aside nowhere"),
        ("nobody is told", "in queue dead: no alarm watches it"),
    ],
)
def test_what_ends_its_function_each_time_is_set_aside_and_somebody_is_told(
    assembly: Path, mutation: str, how: str
) -> None:
    done = simulate(assembly, "--mutation", mutation, "--seeds", "100")
    assert done.returncode == 1, done.stdout + done.stderr
    assert how in done.stdout
    assert "FAULT poison: this message ends the function's process, each time" in done.stdout
    assert len(done.stdout.splitlines()) <= 41


def test_a_history_is_told_the_same_wherever_it_runs(assembly: Path) -> None:
    one, other = (
        simulate(assembly, "--seed", "7", "--tell", PYTHONHASHSEED=seed) for seed in ("1", "2")
    )
    assert one.stdout == other.stdout
    assert len(one.stdout.splitlines()) > 20


def test_each_mistake_has_its_line_and_what_is_refused_is_told(assembly: Path) -> None:
    done = simulate(assembly, "--mutations", "--seeds", "30")
    assert NOT_TOLD in done.stdout
    assert "visibility of 1 s is less than the 10 s that keep may take" in done.stdout
    assert "a query of a table's own key is not simulated" in done.stdout
    assert "has no 'not in the text' that could be replaced" in done.stdout


def test_each_mistake_is_looked_for_until_it_is_found(assembly: Path) -> None:
    done = simulate(assembly, "--mutations", "--until-found", "--seeds", "30")
    (found,) = re.findall(rf"^ +(\d+) of (\d+) +{NOT_TOLD}\n +seed (\d+): ", done.stdout, re.M)
    assert found[0] == "1"
    assert found[1] == found[2]


def test_a_stack_may_be_deployed_in_the_middle(assembly: Path, tmp_path: Path) -> None:
    old = things.KEEP.replace('["thing"]', '.get("what", "nothing")')
    done = simulate(assembly, "--previous", str(things.write(tmp_path, keep=old)), "--seeds", "50")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "FAULT old release: its functions are still those of the last release" in done.stdout
    assert "It takes 1 fault, and 1 beginning outside:" in done.stdout


def test_a_hop_that_cannot_be_simulated_is_an_error(tmp_path: Path) -> None:
    machine = "arn:aws:states:eu-west-1:123456789012:stateMachine:elsewhere"
    rule = {
        "Type": "AWS::Events::Rule",
        "Properties": {"EventPattern": {"source": ["x"]}, "Targets": [{"Id": "1", "Arn": machine}]},
    }
    with pytest.raises(NotSimulated, match="a rule to a state machine is not simulated"):
        Wiring(things.write(tmp_path, rule))


def test_every_kind_of_fault_names_the_page_that_allows_it() -> None:
    assert {
        name for name, kind in KINDS.items() if not kind.page.startswith("https://docs.aws.")
    } == set()


def test_choices_are_of_what_they_are_about_alone() -> None:
    one, other = Chance(5), Chance(5)
    other.number("something else")
    assert one.number("a", 1) == other.number("a", 1)
    assert one.number("a", 1) != one.number("a", 2) != Chance(6).number("a", 2)
    assert {one.pick("xyz", number) for number in range(50)} == set("xyz")


def test_processes_wait_in_virtual_time() -> None:
    loop, told = Loop(), []

    def process(name: str, pause: float) -> None:
        for _ in range(2):
            loop.sleep(pause)
            told.append((name, loop.now))

    loop.start(lambda: process("slow", 5.0))
    loop.start(lambda: process("quick", 2.0))
    while loop.step():
        pass
    assert told == [("quick", 2.0), ("quick", 4.0), ("slow", 5.0), ("slow", 10.0)]


def test_the_fewest_parts_are_found() -> None:
    assert fewest(list(range(20)), lambda part: {3, 17} <= set(part)) == [3, 17]
    assert fewest([1], lambda _: True) == []


@pytest.mark.parametrize("place", ["import json\n", "        failed = []\n"])
def test_a_function_that_makes_a_client_by_itself_is_an_error_and_calls_nobody(
    tmp_path: Path, place: str
) -> None:
    indent = place[: len(place) - len(place.lstrip())]
    own = f'{place}{indent}import boto3; boto3.client("sns", region_name="eu-west-1")\n'
    done = simulate(things.write(tmp_path, keep=things.KEEP.replace(place, own)), "--seeds", "1")
    assert done.returncode == 2
    assert "a function makes a client of sns by itself: expected one that" in done.stderr
    assert "Traceback" not in done.stderr
