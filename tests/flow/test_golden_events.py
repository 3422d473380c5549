"""With IAM enforced every golden event is processed by all that it reaches, whatever the domain.

A grant that a function lacks, of any domain, leaves an event in a dead-letter place.
"""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from local import running
from tests.flow.golden import Golden
from tests.flow.stuck import Stuck, function_of
from tests.synth import template
from tests.synth.places import queue_mappings
from tests.synth.template import Template, target


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


def test_a_grant_that_is_missing_is_found_and_names_queue_function_and_error(
    assembly: Path, tmp_path: Path
) -> None:
    crippled = tmp_path / "cdk.out"
    shutil.copytree(assembly, crippled)
    queue, function = remove_a_grant(template.read(crippled))
    with running.temporary_system(crippled, auth=True) as system:
        golden = Golden(system, crippled)
        golden.hurry()
        golden.switch_consumers(on=False)
        events = golden.put_all()
        golden.switch_consumers(on=True)
        with pytest.raises(Stuck) as stuck:
            golden.await_processed(events)
    told = str(stuck.value)
    assert f"messages in {queue}: function {function}, first error: " in told
    assert "AccessDenied" in told


def remove_a_grant(stacks: dict[str, Template]) -> tuple[str, str]:
    """Takes from one function that consumes a queue what it may do with its table, in the file of
    the template. Returns the names of the queue and of the function.
    """
    for stack in stacks.values():
        for mapping in queue_mappings(stack).values():
            function = stack.of("AWS::Lambda::Function")[function_of(stack, mapping)]
            name = function["Environment"]["Variables"]["POWERTOOLS_SERVICE_NAME"]
            if "TABLE_NAME" in function["Environment"]["Variables"] and removed(stack, function):
                stack.path.write_text(json.dumps(stack.body))
                queue = stack.of("AWS::SQS::Queue")[target(mapping["EventSourceArn"])]
                return queue["QueueName"], name
    raise AssertionError("no function that consumes a queue may use a table")


def removed(stack: Template, function: dict[str, Any]) -> bool:
    """Takes the statements about tables out of the policies of the function's role."""
    found = False
    for policy in stack.of("AWS::IAM::Policy").values():
        if target(function["Role"]) in [target(role) for role in policy["Roles"]]:
            statements = policy["PolicyDocument"]["Statement"]
            kept = [one for one in statements if "dynamodb:" not in str(one["Action"])]
            found = found or kept != statements
            policy["PolicyDocument"]["Statement"] = kept
    return found
