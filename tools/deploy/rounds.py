"""Which stacks deploy twice, as they have rules to buses that others bring later.

A rule whose metadata say `"crossbus:awaits": PARAMETER` is left out while that parameter is
`false`: EventBridge may refuse a rule to a bus that is not there.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from deploy.errors import DeployError
from routes.order.states import Key
from routes.reading.assembly import Assembly, Resource, Stack

AWAITS_KEY = "crossbus:awaits"


@dataclass(frozen=True)
class Round:
    """One deploy of a stack: the values of its parameters about buses, and which it awaits."""

    key: Key
    values: dict[str, str]
    awaited: tuple[str, ...]
    came: tuple[str, ...] = ()

    @property
    def note(self) -> str:
        """One line on what is left out, or comes now; empty where there is neither."""
        said = [f"now with its rules to {', '.join(self.came)}"] if self.came else []
        if self.awaited:
            buses = ", ".join(self.awaited)
            said.append(f"without its rules to {buses} until it deploys when that is there")
        return f"{self.key.name}: {', '.join(said)}" if said else ""


def rounds(keys: Sequence[Key], before: Assembly, after: Assembly) -> list[Round]:
    """The deploys of these stacks in this order, and once more of each that awaits a bus, as soon
    as that has come. A stack that goes deploys not at all. DeployError where metadata name no
    parameter.
    """
    stacks = {Key.of(stack): stack for stack in after.stacks if "/" not in stack.name}
    there = set(_buses(before.stacks))
    latest: dict[Key, Round] = {}
    found = []
    for key in (key for key in keys if key in stacks):
        # What a stack itself has comes in time: CloudFormation sees to that.
        there |= set(_buses([stacks[key]]))
        for each in [key, *latest]:
            now = _round(stacks[each], each, there, latest.get(each))
            if each not in latest or now.came:
                found.append(now)
                latest[each] = now
    return found


def _round(stack: Stack, key: Key, there: set[str], last: Round | None) -> Round:
    missing = {name: targets - there for name, targets in _awaited(stack).items()}
    values = {name: "false" if lacks else "true" for name, lacks in missing.items()}
    awaited = set().union(*missing.values())
    came = set(last.awaited) - awaited if last else set()
    return Round(key, values, tuple(sorted(awaited)), tuple(sorted(came)))


def _awaited(stack: Stack) -> dict[str, set[str]]:
    """The parameters of a stack about buses, with the ARNs of these."""
    found: dict[str, set[str]] = defaultdict(set)
    for rule in stack.resources.values():
        metadata = rule.definition.get("Metadata")
        parameter = metadata.get(AWAITS_KEY) if isinstance(metadata, dict) else None
        if parameter is None:
            continue
        if parameter not in stack.template.get("Parameters", {}):
            raise DeployError(
                f"{stack.name}: {rule.logical_id}: Metadata.{AWAITS_KEY} must be a parameter of "
                f"the template, it is {parameter!r}"
            )
        found[parameter] |= set(_targets(rule))
    return found


def _targets(rule: Resource) -> Iterator[str]:
    for target in rule.get("Targets") or ():
        yield str(target["Arn"])


def _buses(stacks: Iterable[Stack]) -> Iterator[str]:
    for stack in stacks:
        for resource in stack.resources.values():
            if resource.type == "AWS::Events::EventBus":
                yield str(resource.arn)
