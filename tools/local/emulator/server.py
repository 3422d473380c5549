"""Serves ministack on loopback until it is told to stop, then removes all it made."""

import asyncio
import contextlib
import os
import shutil
import signal
import sys
import threading
from collections.abc import Callable

from hypercorn.asyncio import serve
from hypercorn.config import Config
from ministack import app as ministack
from ministack.core import lambda_runtime

from local.emulator import STAY, call_counts, control

GRACEFUL_SHUTDOWN_S = 1.0


def run() -> None:
    """Serves until SIGTERM, SIGINT or the end of the standard input.

    The input ends with the process that started this one, unless that wrote `STAY` to it.
    """
    asyncio.run(_serve())
    lambda_runtime.reset()
    shutil.rmtree(os.environ["TMPDIR"], ignore_errors=True)
    sys.stdout.flush()
    # Handlers' threads may still wait on workers that are gone: nothing more is to be done.
    os._exit(0)


async def _serve() -> None:
    config = Config()
    config.bind = [f"{os.environ['BIND_HOST']}:{os.environ['GATEWAY_PORT']}"]
    config.keep_alive_timeout = 75
    config.graceful_timeout = GRACEFUL_SHUTDOWN_S
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    _call_at_end_of_input(lambda: loop.call_soon_threadsafe(stopped.set))
    # Workers hold their own pipes; only the wait for clients' open connections may time out.
    with contextlib.suppress(asyncio.TimeoutError):
        await serve(
            control.before(call_counts.before(ministack.app)), config, shutdown_trigger=stopped.wait
        )


def _call_at_end_of_input(call: Callable[[], object]) -> None:
    def watch() -> None:
        # Not through sys.stdin, whose lock would be held when the interpreter ends.
        received = b"".join(iter(lambda: os.read(0, len(STAY)), b""))
        if received != STAY:
            call()

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()
