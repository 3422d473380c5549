"""Brings a whole app up and takes it down, leaving nothing half-done behind."""

import contextlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from local import apis, assembly, commands, deploy, instances, node_packages, process, system
from local.assembly import DEFAULT_ACCOUNT, DEFAULT_REGION, Stack
from local.errors import LocalRunError
from local.findings import Findings, prepare
from local.instances import Emulator
from local.paths import ASSEMBLY, STATE
from local.system import Deployed, System


@dataclass(frozen=True)
class Down:
    """What `take_down` found and removed."""

    was_running: bool
    leftovers: int


@dataclass(frozen=True)
class Environment:
    """Where stacks go that name no account, or no region."""

    account: str = DEFAULT_ACCOUNT
    region: str = DEFAULT_REGION


HERE = Environment()


def bring_up(
    folder: Path = ASSEMBLY,
    *,
    port: int | None = None,
    auth: bool = False,
    strict: bool = False,
    environment: Environment = HERE,
    progress: deploy.Progress = deploy.no_progress,
) -> System:
    """Leaves the app of a cloud assembly running after this process, deployed and saved.

    Where it is running already, its stacks are updated. `strict` refuses an app that uses what is
    not verified.

    Raises LocalRunError for all that its user can put right; then nothing that was started
    remains.
    """
    stacks = assembly.read(folder, environment.account, environment.region)
    present = system.load(folder)
    if present is not None and present.emulator.is_running():
        if port not in (None, present.port):
            raise LocalRunError(
                f"a local run is already running on port {present.port}; "
                f"stop it with `{commands.down(folder)}` before starting one on port {port}"
            )
        if auth and not present.emulator.enforces_iam:
            raise LocalRunError(
                f"the local run on port {present.port} does not enforce IAM; "
                f"stop it with `{commands.down(folder)}` before starting one with --auth"
            )
        updated = _deployed(folder, stacks, present.emulator, strict, progress)
        updated.save()
        return updated
    _remove_leftovers()
    emulator = process.start(
        process.DEFAULT_PORT if port is None else port,
        auth=auth,
        organization=assembly.organization(stacks),
        app=folder.resolve(),
    )
    try:
        started = _deployed(folder, stacks, emulator, strict, progress)
        started.save()
        process.detach(emulator)
    except BaseException:
        process.stop(emulator)
        raise
    return started


def ended_unexpectedly(folder: Path = ASSEMBLY) -> int | None:
    """The port of an app that `bring_up` left running, and nobody stopped, but is gone."""
    present = system.load(folder)
    return None if present is None or present.emulator.is_running() else present.port


def still_running() -> list[tuple[int, Path]]:
    """The port and the cloud assembly of each app that `bring_up` left running."""
    found = (instances.find(port) for port, _ in instances.all_found())
    return [(run.port, run.app) for run in found if run is not None and run.app is not None]


def take_down(folder: Path = ASSEMBLY) -> Down:
    """Stops what `bring_up` left running and removes what crashes left; does nothing twice."""
    present = system.load(folder)
    was_running = present is not None and present.emulator.is_running()
    if present is not None and was_running:
        process.stop(present.emulator)
    return Down(was_running, _remove_leftovers())


@contextlib.contextmanager
def temporary_system(
    folder: Path = ASSEMBLY,
    *,
    port: int | None = None,
    auth: bool = False,
    progress: deploy.Progress = deploy.no_progress,
) -> Iterator[System]:
    """The app of a cloud assembly, running as long as the context lasts.

    It takes a free port where none is given, and goes with this process, however that ends.
    """
    stacks = assembly.read(folder)
    emulator = process.start(
        instances.free_port() if port is None else port,
        auth=auth,
        organization=assembly.organization(stacks),
    )
    try:
        yield _deployed(folder, stacks, emulator, strict=False, progress=progress)
    finally:
        process.stop(emulator)


def attach(folder: Path, emulator: Emulator) -> System:
    """The app of a cloud assembly that something else deployed, such as the CDK CLI.

    Raises LocalRunError, naming the stack, when one is not there.
    """
    stacks = assembly.read(folder)
    outputs = {stack.label: deploy.outputs_of(stack, emulator.endpoint) for stack in stacks}
    return _system(stacks, emulator, outputs)


def _deployed(
    folder: Path,
    stacks: Sequence[Stack],
    emulator: Emulator,
    strict: bool,
    progress: deploy.Progress,
) -> System:
    node_packages.provide(folder, emulator.folder / "tmp")
    found = prepare(folder, stacks, emulator)
    if strict:
        _refuse(found)
    return _system(stacks, emulator, deploy.deploy(stacks, emulator.endpoint, progress))


def _refuse(found: Findings) -> None:
    """Raises LocalRunError, saying what is not verified, when there is something."""
    if not found.are_none:
        raise LocalRunError("\n".join(["not all of the app is honoured here:", *found.lines()]))


def _system(
    stacks: Sequence[Stack], emulator: Emulator, outputs: dict[str, deploy.Outputs]
) -> System:
    # To list resources takes longer than all else, and most stacks have no API.
    ids = {
        stack.label: deploy.physical_ids(stack, emulator.endpoint) if apis.has_any(stack) else {}
        for stack in stacks
    }
    deployed = {
        stack.label: Deployed(
            label=stack.label,
            account=stack.account,
            region=stack.region,
            name=stack.name,
            outputs=outputs[stack.label],
            apis=apis.paths(stack, ids[stack.label]),
        )
        for stack in stacks
    }
    return System(emulator.port, emulator.pid, deployed)


def _remove_leftovers() -> int:
    """Removes the folders of emulators that no longer run."""
    with instances.alone():
        found = [port for port, _ in instances.all_found()]
        removed = sum(instances.remove_leftovers(port) for port in found)
        # What still runs keeps the folder of all.
        with contextlib.suppress(OSError):
            STATE.rmdir()
    return removed
