"""Each mistake of the list is one that can still be made."""

import json
from pathlib import Path

import pytest

from business.simulation import MUTATIONS
from simulate.mutations import Mutation


@pytest.mark.parametrize("mistake", MUTATIONS, ids=lambda mistake: mistake.name)
def test_what_a_mistake_changes_is_there(assembly: Path, mistake: Mutation) -> None:
    for module, patches in mistake.code.items():
        deployed = list(assembly.glob(f"asset.*/{module}"))
        assert deployed, f"no asset has {module}"
        for old, _ in patches:
            assert all(old in copy.read_text() for copy in deployed), f"{module} has no {old!r}"
    if mistake.template:
        templates = (json.loads(path.read_text()) for path in assembly.glob("*.template.json"))
        assert sum(map(mistake.template, templates)), "the templates have nothing of the kind"


def test_no_two_mistakes_have_one_name() -> None:
    assert len({mistake.name for mistake in MUTATIONS}) == len(MUTATIONS)
