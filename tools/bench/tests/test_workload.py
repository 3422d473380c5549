"""A workload is a module with everything that a run asks of it."""

from pathlib import Path

import pytest

from bench.workload import NEEDED, Workload, load


def test_a_workload_is_a_module_of_the_current_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "desk_workload.py").write_text("\n".join(f"{name} = '{name}'" for name in NEEDED))
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(tmp_path)
    assert load("desk_workload").NAME == "NAME"


def test_a_module_that_lacks_something_is_refused_by_what_it_lacks() -> None:
    with pytest.raises(ValueError, match="json is no workload: it lacks NAME, CALL_BACKS, request"):
        load("json")


def test_a_module_that_is_not_there_is_refused_by_its_name() -> None:
    with pytest.raises(ValueError, match=r"desk\.nowhere is no module.*with --workload$"):
        load("desk.nowhere")


def test_what_is_asked_of_a_module_is_what_a_workload_has() -> None:
    has = {
        name for name in [*vars(Workload), *Workload.__annotations__] if not name.startswith("_")
    }
    assert set(NEEDED) == has
