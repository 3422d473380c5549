"""Processes that simulate side by side, and end with the one that started them, however it ends.

Python orders sets by a seed of its own that it takes when it starts: it is 0 in all of them.
"""

import multiprocessing
import os
import shutil
import signal
import tempfile
import threading
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any, NoReturn

SIGNALS = (signal.SIGINT, signal.SIGTERM)

_folders = set[str]()
"""What this process has to remove if it is stopped."""


class Stopped(BaseException):
    """SIGINT or SIGTERM came: whatever was started ends on the way out."""


def stop_at_signals() -> None:
    """Has the first SIGINT or SIGTERM raise Stopped; more of them change nothing."""
    for number in SIGNALS:
        signal.signal(number, _stop)


def _stop(*_: Any) -> NoReturn:
    for number in SIGNALS:
        signal.signal(number, signal.SIG_IGN)
    raise Stopped


@contextmanager
def processes(count: int) -> Iterator[ProcessPoolExecutor]:
    """Processes for simulations. Where an error leaves them, they end in the midst of what they do;
    so they do if this process is killed.
    """
    os.environ["PYTHONHASHSEED"] = "0"
    spawn = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(count, spawn, initializer=_begin) as pool:
        try:
            yield pool
        except BaseException:
            for process in multiprocessing.active_children():
                process.terminate()
            raise


@contextmanager
def folder() -> Iterator[Path]:
    """A folder for the moment, which goes with the process if that is stopped meanwhile."""
    with tempfile.TemporaryDirectory() as made:
        _folders.add(made)
        yield Path(made)
    _folders.remove(made)


def _begin() -> None:
    """What one of the processes does first. Ctrl-C is for the one that started it."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, _end)
    threading.Thread(target=_outlive_nobody, daemon=True).start()


def _outlive_nobody() -> None:
    """Ends the process when the one that started it is no more."""
    parent = multiprocessing.parent_process()
    assert parent is not None
    wait([parent.sentinel])
    os.kill(os.getpid(), signal.SIGTERM)


def _end(*_: Any) -> NoReturn:
    for made in _folders:
        shutil.rmtree(made, ignore_errors=True)
    os._exit(0)
