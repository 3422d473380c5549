"""With IAM enforced every golden event is processed by all that it reaches, whatever the domain.

A grant that a function lacks, of any domain, leaves an event in a dead-letter place.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from local import running
from tests.flow.golden import Golden


@pytest.fixture(scope="module")
def golden(assembly: Path) -> Iterator[Golden]:
    """The system with IAM enforced, whose consumers are impatient."""
    with running.temporary_system(assembly, auth=True) as system:
        started = Golden(system, assembly)
        started.hurry()
        yield started


def test_every_golden_event_is_processed_wherever_it_goes(golden: Golden) -> None:
    golden.switch_consumers(on=False)
    events = golden.put_all()
    golden.switch_consumers(on=True)
    golden.await_processed(events)


def test_every_example_of_a_request_is_answered_and_what_it_leads_to_is_processed(
    golden: Golden,
) -> None:
    for domain, stack in golden.stacks.items():
        for request in stack.said["requests"]:
            answer = golden.system.call(
                request["method"], request["path"], request.get("body"), None, domain
            )
            assert answer.status_code < 500, (domain, request, answer.text)
    golden.await_processed([])
