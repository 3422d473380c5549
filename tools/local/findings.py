"""What of an app is not honoured here, put together and told."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from local import control, functions, honoured
from local.assembly import Stack
from local.functions import Limited
from local.honoured import Property, Shortcomings
from local.instances import Emulator
from local.verified import CUSTOM_RESOURCES

SHOWN = 6
"""How many names a line gives before it only counts the rest."""


@dataclass(frozen=True)
class Findings:
    """What the templates use that is not verified, and the functions that do not run as on AWS."""

    shortcomings: Shortcomings
    functions: tuple[Limited, ...]

    @property
    def are_none(self) -> bool:
        """Whether all of the app is honoured, or left out for a reason that is known."""
        return self.shortcomings.are_none and all(function.able for function in self.functions)

    def lines(self, *, details: bool = False) -> Iterator[str]:
        """What is to be told, most serious first; `details` names every property and reason."""
        found = self.shortcomings
        if found.unknown:
            names = _counted(found.unknown, every=details)
            yield f"there in name only, for the emulator cannot do it: {names}"
        yield from _functions(self.functions)
        if found.dropped:
            yield f"dropped, for nothing in the emulator looks at it: {_number(found.dropped)}"
            yield from _properties(found.dropped, every=details)
        if found.unverified:
            yield f"not verified, it may work or not: {_number(found.unverified)}"
            yield from _properties(found.unverified, every=True) if details else _types(found)
        if found.left_out:
            yield f"without effect here, for a known reason: {_number(found.left_out)}"
            yield from _reasons(found.left_out) if details else ()


def prepare(folder: Path, stacks: Sequence[Stack], emulator: Emulator) -> Findings:
    """Lets what the emulator cannot do be there in name only; returns what is known before."""
    used = {r["Type"] for s in stacks for t in s.templates for r in t["Resources"].values()}
    unknown = {kind for kind in used if not kind.startswith(CUSTOM_RESOURCES)}
    control.let_stand_in(emulator, unknown - control.known_types(emulator))
    return _find(folder, stacks, emulator)


def after_deployment(folder: Path, stacks: Sequence[Stack], emulator: Emulator) -> Findings:
    """What is known once the emulator has looked at each resource."""
    found = _find(folder, stacks, emulator, control.looked_at(emulator))
    found.shortcomings.unknown.update(control.custom_resources_in_name_only(emulator))
    return found


def _find(
    folder: Path,
    stacks: Sequence[Stack],
    emulator: Emulator,
    looked_at: Mapping[str, Iterable[str]] | None = None,
) -> Findings:
    shortcomings = honoured.shortcomings(
        [template for stack in stacks for template in stack.templates],
        known=control.known_types(emulator),
        looked_at=looked_at,
    )
    packages = control.packages(emulator)
    limited = [f for stack in stacks for f in functions.limited(stack, folder, packages)]
    return Findings(shortcomings, tuple(limited))


def _functions(limited: Sequence[Limited]) -> Iterator[str]:
    for able, what in ((False, "functions that cannot run here"), (True, "functions that differ")):
        reasons: dict[str, list[str]] = {}
        for function in limited:
            if function.able is able:
                reasons.setdefault(function.reason, []).append(function.name)
        if reasons:
            yield f"{what}:"
        for reason, names in reasons.items():
            yield f"  {reason}: {_listed(names)}"


def _properties(properties: Counter[Property], *, every: bool) -> Iterator[str]:
    for resource_type, paths in honoured.by_type(properties).items():
        yield f"  {resource_type}: {', '.join(paths) if every else _listed(paths)}"


def _types(found: Shortcomings) -> Iterator[str]:
    counts = Counter(resource_type for resource_type, _ in found.unverified)
    yield f"  {_counted(counts)}"


def _reasons(left_out: Counter[Property]) -> Iterator[str]:
    for resource_type, paths in honoured.by_type(left_out).items():
        for path in paths:
            yield f"  {resource_type} {path}: {honoured.reason_to_leave_out(resource_type, path)}"


def _number(properties: Counter[Property]) -> str:
    types = len({resource_type for resource_type, _ in properties})
    return (
        f"{len(properties)} propert{'y' if len(properties) == 1 else 'ies'} "
        f"of {types} type{'' if types == 1 else 's'}"
    )


def _counted(counts: Counter[str], *, every: bool = False) -> str:
    names = [f"{name} ({count})" for name, count in sorted(counts.items())]
    return ", ".join(names) if every else _listed(names)


def _listed(names: Sequence[str]) -> str:
    more = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {more} more" if more > 0 else "")
