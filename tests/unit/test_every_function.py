"""Every deployed function, whichever domain: dying, coming again, coming in another order.

Each runs its scenario (tests/unit/scenario.py) in a fresh account of its domain.
"""

from collections.abc import Callable
from typing import Any, NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from eventing.errors import NeverSucceeds
from tests.unit.calls import Calls, Died, throttled
from tests.unit.deployed import DOMAINS, Deployed, Function
from tests.unit.golden import some_event
from tests.unit.messages import batch, changed, failed
from tests.unit.scenario import MissingScenario, Scenario, scenario_for, scenarios_of
from tests.unit.world import DeadLetter, World, world_of

Record = dict[str, Any]
State = dict[str, Any]

UNREADABLE = (
    "no JSON",
    " ",
    "null",
    "{}",
    "[" * 100_000,
    some_event(version="99.0"),
    changed(some_event(), '"subject"', '"about"'),
)

pytestmark = [
    pytest.mark.usefixtures("pauses"),
    pytest.mark.parametrize("domain", DOMAINS),
]


_ONCE: dict[tuple[str, str], State] = {}
"""What `Run.once` found, by domain and function."""


class Run(NamedTuple):
    """A function in its scenario."""

    domain: Deployed
    function: Function
    scenario: Scenario

    def left_by(self, act: Callable[[World, str], object]) -> State:
        """What is left in a fresh account after what was there before, and after `act`."""
        with world_of(self.domain) as world:
            self.scenario.before(world)
            act(world, self.function.name)
            return world.state()

    def delivered(self, *records: Record) -> State:
        """What one delivery of these records leaves."""
        input = {"Records": list(records)}
        return self.left_by(lambda world, name: world.deliver(name, input))

    def once(self) -> State:
        """What one delivery of the scenario's own input leaves: the same in each test."""
        key = self.domain.domain, self.function.name
        if key not in _ONCE:
            input = self.scenario.input
            _ONCE[key] = self.left_by(lambda world, name: world.deliver(name, input))
        return _ONCE[key]

    @property
    def records(self) -> list[Record]:
        """The records of the scenario's batch; none if it is no batch."""
        found: list[Record] = self.scenario.input.get("Records", [])
        return found

    @property
    def is_consumer(self) -> bool:
        """Whether the function reads messages of queues, and is told which."""
        return "QUEUES" in self.function.environment


@pytest.fixture
def runs(deployed: dict[str, Deployed], domain: str) -> list[Run]:
    """Every function of the domain in its scenario. What an earlier domain has too, the same module
    in the same scenario, is left out: publishers and sweepers.
    """
    before = DOMAINS[: DOMAINS.index(domain)]
    earlier = [
        (one.function.module, one.scenario) for name in before for one in _all(deployed[name])
    ]
    return [
        one for one in _all(deployed[domain]) if (one.function.module, one.scenario) not in earlier
    ]


def _all(domain: Deployed) -> list[Run]:
    return [Run(domain, one, scenario_for(domain, one)) for one in domain.functions.values()]


def test_every_scenario_is_of_a_function_that_is_deployed(
    deployed: dict[str, Deployed], domain: str
) -> None:
    unknown = set(scenarios_of(deployed[domain])) - set(deployed[domain].functions)
    assert unknown == set(), f"the stack of {domain} deploys none of these"


def test_a_function_that_no_event_reaches_needs_a_scenario(
    deployed: dict[str, Deployed], domain: str
) -> None:
    there = next(iter(deployed[domain].functions.values()))
    new = there._replace(id="Unknown", name="do_more", module="any.do_more")
    expected = f"{domain}.do_more is deployed .* expected 'do_more' in SCENARIOS of tests/unit/"
    with pytest.raises(MissingScenario, match=expected):
        scenario_for(deployed[domain], new)


def test_dying_anywhere_and_running_again_leaves_what_one_run_leaves(
    runs: list[Run], subtests: pytest.Subtests
) -> None:
    for run in runs:
        with subtests.test(run.function.name):
            whole = run.once()
            made = _calls_of(run)
            assert made
            # Before a call, AWS has what it has after the one before.
            for call, after in [(0, False), *((call, True) for call in range(made))]:
                again = run.left_by(_dying(run.scenario, call, after=after))
                assert again == whole, f"died {'after' if after else 'before'} call {call}"


def _calls_of(run: Run) -> int:
    counted: list[int] = []

    def count(world: World, name: str) -> None:
        with pytest.MonkeyPatch.context() as patch:
            calls = Calls(patch)
            world.deliver(name, run.scenario.input)
            counted.append(len(calls.made))

    run.left_by(count)
    return counted[0]


def _dying(scenario: Scenario, call: int, *, after: bool) -> Callable[[World, str], None]:
    """The function dies at that call, before AWS has it or right after, and Lambda runs it anew."""

    def act(world: World, name: str) -> None:
        with pytest.MonkeyPatch.context() as patch:
            Calls(patch).die(call, after=after)
            with pytest.raises(Died):
                world.deliver(name, scenario.input)
        world.deliver(name, scenario.input)

    return act


def test_a_whole_run_leaves_something_unless_it_only_reads(
    runs: list[Run], subtests: pytest.Subtests
) -> None:
    for run in runs:
        with subtests.test(run.function.name):
            before = run.left_by(lambda *_: None)
            assert (run.once() != before) == run.scenario.leaves


def test_the_same_input_twice_leaves_what_once_leaves(
    runs: list[Run], subtests: pytest.Subtests
) -> None:
    for run in runs:
        with subtests.test(run.function.name):
            once = run.once()
            input = run.scenario.input
            assert run.left_by(lambda world, name: _twice(world, name, input)) == once  # noqa: B023
            if run.records:
                assert run.delivered(*(record for record in run.records for _ in range(2))) == once


def _twice(world: World, name: str, input: Record) -> None:
    for _ in range(2):
        world.deliver(name, input)


def test_events_in_any_order_leave_the_same(runs: list[Run], subtests: pytest.Subtests) -> None:
    for run in runs:
        if not run.is_consumer or not run.scenario.any_order or len(run.records) < 2:
            continue
        with subtests.test(run.function.name):
            _any_order_leaves_the_same(run)


def _any_order_leaves_the_same(run: Run) -> None:
    in_order = _unordered(run.once())

    @settings(max_examples=12, derandomize=True)
    @given(st.permutations(run.records))
    def in_any_order(records: list[Record]) -> None:
        assert _unordered(run.delivered(*records)) == in_order

    in_any_order()


def _unordered(state: State) -> State:
    return state | {"messages": {name: sorted(all) for name, all in state["messages"].items()}}


def test_an_unreadable_message_is_a_dead_letter_alone_and_at_once_with_its_error(
    runs: list[Run], subtests: pytest.Subtests
) -> None:
    _by_each_consumer(runs, subtests, _sets_aside_alone)


def _by_each_consumer(
    runs: list[Run], subtests: pytest.Subtests, holds: Callable[[Run, State], None]
) -> None:
    """Checks what holds of each consumer of the domain, given what its batch leaves."""
    for run in runs:
        if run.is_consumer:
            with subtests.test(run.function.name):
                holds(run, run.once())


def _sets_aside_alone(run: Run, alone: State) -> None:
    unreadable = [
        record | {"messageId": f"unreadable-{n}"}
        for n, record in enumerate(batch(*UNREADABLE)["Records"])
    ]
    mixed = {"Records": [unreadable[0], *run.records, *unreadable[1:]]}
    found: list[DeadLetter] = []
    left = run.left_by(lambda world, name: found.extend(_dead_letters(world, name, mixed)))
    assert left == alone
    assert sorted(one.body for one in found) == sorted(UNREADABLE)
    for one in found:
        assert issubclass(_named(one.error_type), NeverSucceeds)
        assert len(one.error) > len("unreadable")


def _dead_letters(world: World, name: str, input: Record) -> list[DeadLetter]:
    """What the function sets aside of a batch, of which it names nothing as failed."""
    with pytest.MonkeyPatch.context() as patch:
        calls = Calls(patch)
        assert failed(world.call(name, input)) == []
        assert calls.of("ChangeMessageVisibility") == []
    return world.dead_letters(name)


def _named(error_type: str) -> type[Exception]:
    """The error with this name. StopIteration if there is none."""
    found = [NeverSucceeds]
    for one in found:
        found += one.__subclasses__()
    return next(one for one in found if one.__name__ == error_type)


def test_a_message_that_cannot_be_set_aside_comes_again(
    runs: list[Run], subtests: pytest.Subtests
) -> None:
    _by_each_consumer(runs, subtests, _takes_it_again)


def _takes_it_again(run: Run, alone: State) -> None:
    left = run.left_by(lambda world, name: _set_aside_in_vain(world, name, run.records))
    assert left == alone


def _set_aside_in_vain(world: World, name: str, records: list[Record]) -> None:
    bad = batch("no JSON")["Records"][0] | {"messageId": "unreadable"}
    with pytest.MonkeyPatch.context() as patch:
        Calls(patch).refuse("SendMessage", throttled("SendMessage"), MessageBody="no JSON")
        assert failed(world.call(name, {"Records": [bad, *records]})) == ["unreadable"]
    assert world.dead_letters(name) == []
    assert failed(world.call(name, {"Records": [bad]})) == []
    assert [one.body for one in world.dead_letters(name)] == ["no JSON"]
