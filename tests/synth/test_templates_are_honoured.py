"""Nothing that the templates say is silently dropped by the local run."""

from pathlib import Path

import pytest

from local import assembly as cloud_assembly
from local import honoured


@pytest.fixture(scope="module")
def stacks(assembly: Path) -> tuple[cloud_assembly.Stack, ...]:
    return cloud_assembly.read(assembly)


def test_every_property_of_every_template_is_honoured_or_left_out_for_a_reason(
    stacks: tuple[cloud_assembly.Stack, ...],
) -> None:
    found = honoured.shortcomings(template for stack in stacks for template in stack.templates)
    assert honoured.by_type(found.unverified) == {}
    assert found.are_none


def test_the_bought_layer_of_each_domain_alone_is_left_out(
    stacks: tuple[cloud_assembly.Stack, ...],
) -> None:
    for stack in stacks:
        assert len(stack.left_out) == ("domain" in stack.metadata), stack.name
    assert sum(len(stack.left_out) for stack in stacks) == len(stacks) - 1
