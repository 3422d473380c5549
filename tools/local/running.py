"""Brings the whole system up and takes it down, leaving nothing half-done behind."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from local import assembly, deploy, instances, process, system
from local.errors import LocalRunError
from local.system import Domain, System

ASSEMBLY = instances.ROOT / "cdk.out"


@dataclass(frozen=True)
class Down:
    """What `take_down` found and removed."""

    was_running: bool
    leftovers: int


def bring_up(
    folder: Path = ASSEMBLY,
    *,
    port: int | None = None,
    auth: bool = False,
    progress: deploy.Progress = deploy.no_progress,
) -> System:
    """Leaves the system of a cloud assembly running after this process, deployed and saved.

    Where one is running already, its stacks are updated.

    Raises LocalRunError for all that its user can put right; then nothing that was started
    remains.
    """
    stacks = assembly.read(folder)
    present = system.load()
    if present is not None and present.emulator.is_running():
        if port not in (None, present.port):
            raise LocalRunError(
                f"a local run is already running on port {present.port}; "
                f"stop it with `make down` before starting one on port {port}"
            )
        updated = _deployed(stacks, present.emulator, progress)
        updated.save()
        return updated
    _remove_leftovers()
    emulator = process.start(
        process.DEFAULT_PORT if port is None else port,
        auth=auth,
        organization=assembly.organization(stacks),
    )
    try:
        started = _deployed(stacks, emulator, progress)
        started.save()
        process.detach(emulator)
    except BaseException:
        process.stop(emulator)
        kept = system.load()
        if kept is not None and kept.pid == emulator.pid:
            system.STATE_FILE.unlink()
        raise
    return started


def ended_unexpectedly() -> int | None:
    """The port of a system that `bring_up` left running, and nobody stopped, but is gone."""
    present = system.load()
    return None if present is None or present.emulator.is_running() else present.port


def take_down() -> Down:
    """Stops what `bring_up` left running and removes what crashes left; does nothing twice."""
    present = system.load()
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
    """The system of a cloud assembly, running as long as the context lasts.

    It takes a free port where none is given, and goes with this process, however that ends.
    """
    stacks = assembly.read(folder)
    emulator = process.start(
        instances.free_port() if port is None else port,
        auth=auth,
        organization=assembly.organization(stacks),
    )
    try:
        yield _deployed(stacks, emulator, progress)
    finally:
        process.stop(emulator)


def attach(folder: Path, emulator: instances.Emulator) -> System:
    """The system of a cloud assembly that something else deployed, such as the CDK CLI.

    Raises LocalRunError, naming the stack, when one is not there.
    """
    stacks = assembly.read(folder)
    outputs = {stack.name: deploy.outputs_of(stack, emulator.endpoint) for stack in stacks}
    return _system(stacks, emulator, outputs)


def _deployed(
    stacks: tuple[assembly.Stack, ...], emulator: instances.Emulator, progress: deploy.Progress
) -> System:
    return _system(stacks, emulator, deploy.deploy(stacks, emulator.endpoint, progress))


def _system(
    stacks: tuple[assembly.Stack, ...],
    emulator: instances.Emulator,
    outputs: dict[str, deploy.Outputs],
) -> System:
    domains = {
        stack.domain: Domain(
            stack.domain, stack.account, stack.region, stack.name, outputs[stack.name]
        )
        for stack in stacks
    }
    return System(emulator.port, emulator.pid, domains)


def _remove_leftovers() -> int:
    """Removes the folders of emulators that no longer run, and the handle on them."""
    with instances.alone():
        present = system.load()
        if present is not None and not present.emulator.is_running():
            system.STATE_FILE.unlink()
        ports = [
            int(folder.name.rpartition("-")[2]) for folder in instances.STATE.glob("emulator-*")
        ]
        removed = sum(instances.remove_leftovers(port) for port in ports)
        # What still runs keeps the folder of all.
        with contextlib.suppress(OSError):
            instances.STATE.rmdir()
    return removed
