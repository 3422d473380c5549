"""Whatever a new domain gets wrong is found by a check that knows nothing of it."""

import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.conftest import ROOT
from tests.scaffold.copies import EVENT, MODULE, NAME, Copy

Found = subprocess.CompletedProcess[str]
HANDLER = f"lambdas/{MODULE}/take_note.py"
STACK = f"stacks/{MODULE}.py"


class Fault(NamedTuple):
    """What is planted in a copy, what is run then, and what its output has to say."""

    plant: Callable[[Copy], object]
    find: Callable[[Copy], Found]
    says: str


def remove(file: str) -> Callable[[Copy], object]:
    return lambda copy: (copy.folder / file).unlink()


def replace(file: str, old: str, new: str) -> Callable[[Copy], object]:
    return lambda copy: copy.replace(file, old, new)


def restore(*files: str) -> Callable[[Copy], object]:
    """Puts files back as they are without the domain."""
    return lambda copy: [
        (copy.folder / file).write_text((ROOT / file).read_text()) for file in files
    ]


def running(*arguments: str) -> Callable[[Copy], Found]:
    return lambda copy: copy.tests(*arguments)


def synth(copy: Copy) -> Found:
    return copy.run("app.py")


COMPOSED = "    def compose(self) -> None:\n"
INBOX = f'self.node.find_child("TakeNoteQueues").node.find_child("{NAME}-inbox")'

FAULTS = {
    "a handler module that is not there": Fault(
        remove(HANDLER), running("tests/synth/test_functions.py"), "take_note"
    ),
    "a handler module that is not deployed": Fault(
        lambda copy: (copy.folder / f"lambdas/{MODULE}/forget.py").write_text(
            (copy.folder / HANDLER).read_text()
        ),
        running("tests/synth/test_functions.py"),
        "forget",
    ),
    "a grant that is missing": Fault(
        replace(STACK, 'may("GetItem", "PutItem")', 'may("GetItem")'),
        running("tests/flow/test_golden_events.py", "-k", "every"),
        "take_note",
    ),
    "an import of another domain": Fault(
        replace(HANDLER, "import msgspec\n", "import msgspec\nfrom orders import order as order\n"),
        running("tests/unit/test_tree.py"),
        "take_note.py",
    ),
    "a queue without dead letters": Fault(
        replace(
            STACK,
            COMPOSED,
            f"{COMPOSED}        from aws_cdk import aws_sqs\n\n"
            '        aws_sqs.Queue(self, "Bare")\n',
        ),
        running("tests/synth/test_dead_letters.py"),
        "Bare",
    ),
    "an alarm that is missing": Fault(
        lambda copy: (copy.folder / STACK).write_text(
            (copy.folder / STACK).read_text() + f'        {INBOX}.node.try_remove_child("Old")\n'
        ),
        running("tests/synth/test_alarms.py"),
        "ApproximateAgeOfOldestMessage",
    ),
    "a contract without an example": Fault(
        remove(f"contracts/examples/{NAME}-service/{EVENT}/1.0.json"),
        running("tests/unit/test_contracts.py"),
        EVENT,
    ),
    "a stack that is not in the app": Fault(
        restore("cdk.json", "stacks/subscriptions.py"),
        running("tests/unit/test_tree.py"),
        STACK,
    ),
    "an event that nobody observes and that is not declared so": Fault(
        replace("stacks/subscriptions.py", f'(Unobserved("{NAME}", "{EVENT}"),)', "()"),
        synth,
        f"nobody observes {EVENT} of {NAME}: expected a Subscription",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_fault_is_found_and_named(with_domain: Copy, tmp_path: Path, name: str) -> None:
    fault = FAULTS[name]
    copy = Copy(tmp_path, with_domain.folder)
    fault.plant(copy)
    found = fault.find(copy)
    assert found.returncode not in (0, 5), f"{name} was not found:\n{found.stdout[-2000:]}"
    assert fault.says in found.stdout, found.stdout[-4000:]
