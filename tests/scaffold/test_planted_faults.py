"""Whatever a new domain gets wrong is found by a check that knows nothing of it."""

from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import pytest

from tests.conftest import ROOT
from tests.scaffold import copies
from tests.scaffold.copies import EVENT, MODULE, NAME, Copy

HANDLER = f"lambdas/{MODULE}/take_note.py"
STORE = f"lambdas/{MODULE}/store.py"
STACK = f"stacks/{MODULE}.py"


class Fault(NamedTuple):
    """What is planted in a copy, the test that has to find it, and what that has to say."""

    plant: Callable[[Copy], object]
    test: str
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


COMPOSED = "    def compose(self) -> None:\n"
INBOX = f'self.node.find_child("TakeNoteQueues").node.find_child("{NAME}-inbox")'

TOGETHER = {
    "a handler module that is not there": Fault(
        remove(HANDLER),
        f"tests/synth/test_functions.py::test_the_handler_of_every_function_is_in_its_asset[{NAME}]",
        "take_note",
    ),
    "a handler module that is not deployed": Fault(
        lambda copy: (copy.folder / f"lambdas/{MODULE}/forget.py").write_text(
            (ROOT / "lambdas/orders/track_order.py").read_text()
        ),
        "tests/synth/test_functions.py::"
        f"test_every_handler_of_a_domain_is_deployed_once_and_nothing_else_is[{NAME}]",
        "forget",
    ),
    "an import of another domain": Fault(
        replace(STORE, "from eventing", "from orders import order as order\nfrom eventing"),
        f"tests/unit/test_tree.py::test_a_module_imports_only_what_it_may_know[{STORE}]",
        "orders.order",
    ),
    "a queue without dead letters": Fault(
        replace(
            STACK,
            COMPOSED,
            f"{COMPOSED}        from aws_cdk import aws_sqs\n\n"
            '        aws_sqs.Queue(self, "Bare")\n',
        ),
        "tests/synth/test_dead_letters.py::"
        f"test_every_work_queue_has_a_dead_letter_queue_of_its_own_kind[{NAME}]",
        "Bare",
    ),
    "an alarm that is missing": Fault(
        lambda copy: (copy.folder / STACK).write_text(
            (copy.folder / STACK).read_text()
            + f'        {INBOX}.dead_letters.node.try_remove_child("NotEmpty")\n'
        ),
        "tests/synth/test_alarms.py::"
        f"test_every_dead_letter_queue_has_an_alarm_on_its_first_message[{NAME}]",
        "ApproximateNumberOfMessagesVisible",
    ),
    "a contract without an example": Fault(
        remove(f"contracts/examples/{NAME}-service/{EVENT}/1.0.json"),
        "tests/unit/test_contracts.py::"
        "test_every_version_of_every_event_has_an_example_as_its_contract_says",
        EVENT,
    ),
}
"""Those of which none hides another, nor is found in its place: one copy has them all."""

NOT_IN_THE_APP = Fault(
    restore("cdk.json", "stacks/subscriptions.py"),
    "tests/unit/test_tree.py::test_the_same_domains_are_named_everywhere",
    STACK,
)
MAY_NOT_WRITE = Fault(
    replace(STACK, 'may("GetItem", "PutItem")', 'may("GetItem")'),
    "tests/flow/test_golden_events.py::test_every_golden_event_is_processed_wherever_it_goes",
    f"messages in {NAME}-inbox: function {NAME}.take_note, first error: ",
)


def failures(copy: Copy, *tests: str) -> dict[str, str]:
    """What each test that fails in a copy says, whole, by the test."""
    report = copy.folder / "report.xml"
    done = copy.tests(f"--junitxml={report}", "-o", "junit_family=xunit1", *tests)
    assert done.returncode in (0, 1), done.stdout[-4000:]
    return {
        f"{case.attrib['file']}::{case.attrib['name']}": str(failure.text)
        for case in ElementTree.parse(report).iter("testcase")
        for failure in case.iter("failure")
    }


@pytest.fixture(scope="module")
def found(with_domain: Copy, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What tests say of a copy with all faults of `TOGETHER`, by test."""
    copy = copies.copy(tmp_path_factory.mktemp("faulty"), with_domain.folder)
    for fault in TOGETHER.values():
        fault.plant(copy)
    copy.synthesizes()
    return failures(copy, *(fault.test for fault in TOGETHER.values()))


@pytest.mark.parametrize("name", TOGETHER)
def test_a_fault_among_others_is_found_and_named(found: dict[str, str], name: str) -> None:
    fault = TOGETHER[name]
    assert fault.says in found[fault.test]


def test_none_of_these_tests_fails_without_a_fault(with_domain: Copy) -> None:
    assert failures(with_domain, *(fault.test for fault in TOGETHER.values())) == {}


def test_a_stack_that_is_not_in_the_app_is_found(with_domain: Copy, tmp_path: Path) -> None:
    copy = copies.copy(tmp_path, with_domain.folder)
    NOT_IN_THE_APP.plant(copy)
    assert NOT_IN_THE_APP.says in failures(copy, NOT_IN_THE_APP.test)[NOT_IN_THE_APP.test]


def test_a_grant_that_is_missing_is_found_when_events_run(
    with_domain: Copy, tmp_path: Path
) -> None:
    copy = copies.copy(tmp_path, with_domain.folder)
    MAY_NOT_WRITE.plant(copy)
    copy.synthesizes()
    told = failures(copy, MAY_NOT_WRITE.test)[MAY_NOT_WRITE.test]
    assert MAY_NOT_WRITE.says in told
    assert "AccessDenied" in told


def test_an_event_that_nobody_observes_and_that_is_not_declared_so_is_named(
    with_domain: Copy, tmp_path: Path
) -> None:
    copy = copies.copy(tmp_path, with_domain.folder)
    copy.replace("stacks/subscriptions.py", f'Unobserved("{NAME}", "{EVENT}")', "*()")
    done = copy.run("app.py")
    assert done.returncode == 2
    assert f"nobody observes {EVENT} of {NAME}: expected a Subscription" in done.stdout
