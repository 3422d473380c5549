"""Serves ministack on loopback until it is told to stop, then removes all it made.

By uvicorn, not by ministack's own hypercorn, whose HTTP parser is written in Python: HTTP alone
costs a quarter of the time, in the one thread that everything waits for. On uvloop, which writes
the head and the body of a response at once: for each write, other threads take the interpreter.
"""

import asyncio
import contextlib
import gc
import logging
import os
import shutil
import signal
import sys
import threading
from collections.abc import Callable, Iterator

import uvicorn
import uvloop
from ministack import app as ministack
from ministack.core import lambda_runtime

from local.emulator import STAY, call_counts, call_faults, control

GRACEFUL_SHUTDOWN_S = 1
KEEP_ALIVE_S = 75


def run() -> None:
    """Serves until SIGTERM, SIGINT or the end of the standard input.

    The input ends with the process that started this one, unless that wrote `STAY` to it.
    """
    # What is stored stays: to look for garbage in all of it takes ever longer, and finds little.
    gc.set_threshold(100_000, 50, 50)
    # Of each request and invocation there would be a line, which is written at once.
    logging.getLogger().setLevel(logging.WARNING)
    uvloop.run(_serve())
    lambda_runtime.reset()
    shutil.rmtree(os.environ["TMPDIR"], ignore_errors=True)
    sys.stdout.flush()
    # Handlers' threads may still wait on workers that are gone: nothing more is to be done.
    os._exit(0)


class _Server(uvicorn.Server):
    """uvicorn without its handlers of signals, which end the process when it has shut down."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    def stop(self) -> None:
        self.should_exit = True


async def _serve() -> None:
    server = _Server(
        uvicorn.Config(
            control.before(call_counts.before(call_faults.before(ministack.app))),
            host=os.environ["BIND_HOST"],
            port=int(os.environ["GATEWAY_PORT"]),
            http="httptools",
            ws="wsproto",
            timeout_keep_alive=KEEP_ALIVE_S,
            # Workers hold their own pipes; only the wait for clients' open connections may end it.
            timeout_graceful_shutdown=GRACEFUL_SHUTDOWN_S,
            log_config=None,
            log_level="warning",
            access_log=False,
            proxy_headers=False,
            # ministack says both as AWS does.
            date_header=False,
            server_header=False,
        )
    )
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, server.stop)
    _call_at_end_of_input(server.stop)
    await server.serve()


def _call_at_end_of_input(call: Callable[[], object]) -> None:
    def watch() -> None:
        # Not through sys.stdin, whose lock would be held when the interpreter ends.
        received = b"".join(iter(lambda: os.read(0, len(STAY)), b""))
        if received != STAY:
            call()

    threading.Thread(target=watch, name="parent-watch", daemon=True).start()
