"""What an emulator tells of itself, and is told, beyond AWS's own API."""

from collections.abc import Iterable, Mapping
from typing import Any

from local.emulator import CONTROL_PATH
from local.instances import Emulator, http


def known_types(emulator: Emulator) -> frozenset[str]:
    """The CloudFormation resource types that the emulator knows."""
    return frozenset(_ask(emulator, "types"))


def looked_at(emulator: Emulator) -> dict[str, list[str]]:
    """The properties of resources that its provisioners looked at so far, by resource type."""
    answer: dict[str, list[str]] = _ask(emulator, "looked-at")
    return answer


def custom_resources_in_name_only(emulator: Emulator) -> dict[str, int]:
    """How many custom resources are there in name only, since their functions lack packages."""
    answer: dict[str, int] = _ask(emulator, "in-name-only")
    return answer


def depths(emulator: Emulator) -> dict[str, int]:
    """How many messages each queue of any account holds, by its URL there, those in flight and
    those whose delay is not over included.
    """
    answer: dict[str, int] = _ask(emulator, "depths")
    return answer


def counts(emulator: Emulator) -> list[dict[str, Any]]:
    """How often AWS would bill for what, since the first such call: see emulator/call_counts.py."""
    answer: list[dict[str, Any]] = _ask(emulator, "counts")
    return answer


def instances(emulator: Emulator) -> list[dict[str, Any]]:
    """The process id (`pid`) and the ARN (`function`) of each process that runs a function."""
    answer: list[dict[str, Any]] = _ask(emulator, "instances")
    return answer


def struck(emulator: Emulator) -> dict[str, int]:
    """How many calls each fault of calls that is on has struck, by the function's ARN."""
    answer: dict[str, int] = _ask(emulator, "struck")
    return answer


def packages(emulator: Emulator) -> frozenset[str]:
    """The packages of the AWS SDK for JavaScript that the emulator stands in for."""
    return frozenset(_ask(emulator, "packages"))


def let_stand_in(emulator: Emulator, resource_types: Iterable[str]) -> None:
    """Lets resources of types that the emulator does not know be there in name only."""
    url = f"{emulator.endpoint}{CONTROL_PATH}stand-ins"
    http.post(url, json=sorted(resource_types)).raise_for_status()


def switch_fault(emulator: Emulator, fault: Mapping[str, object]) -> None:
    """Switches a fault on or off: see emulator/faults.py."""
    http.post(f"{emulator.endpoint}{CONTROL_PATH}fault", json=fault).raise_for_status()


def _ask(emulator: Emulator, name: str) -> Any:
    answer = http.get(f"{emulator.endpoint}{CONTROL_PATH}{name}")
    answer.raise_for_status()
    return answer.json()
