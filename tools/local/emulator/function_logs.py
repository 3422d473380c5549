"""What an invocation wrote is there as soon as it has ended.

A worker writes its log before its response: when the response has arrived, the log is in the pipe.
ministack 1.5.33 waits after each invocation until nothing has come for 5 ms, or 50 ms where nothing
was written at all, and keeps the worker busy meanwhile. This can go when it does not.
"""

import os
import queue
import select
import threading
from typing import Any

from ministack.core import lambda_runtime

from local.emulator import seams

CHUNK_BYTES = 1 << 20
"""More than a pipe holds: one read takes all that is in it."""
LAST_WORDS_S = 0.25
"""How long the log of a worker that has ended is waited for, should a child of it hold it open."""

_reading = threading.Lock()
"""Held by who moves what was written out of a pipe: what is in no pipe then, is in a queue."""


def install() -> None:
    """Reads the logs of workers, and takes them, by this module."""
    worker, custom = lambda_runtime.Worker, lambda_runtime.ProvidedWorker
    # Custom runtimes answer by HTTP, and their output is read otherwise.
    for name in ("_drain_stderr", "_drain_stderr_bounded"):
        seams.replace(custom, name, seams.original(custom, name))
        seams.replace(worker, name, _take)
    seams.replace(worker, "_read_stderr", _read)


def _read(worker: Any) -> None:
    """Moves what a worker writes into its queue until its end: a full pipe would stop it."""
    stream, written = worker._proc.stderr, worker._stderr_queue
    while _move(stream.fileno(), written, wait=True):
        pass


def _take(worker: Any) -> str:
    """What a worker has written since this was last asked."""
    process, written = worker._proc, worker._stderr_queue
    if process is None:
        worker._stderr_thread.join(LAST_WORDS_S)
    else:
        _move(process.stderr.fileno(), written, wait=False)
    chunks = []
    while not written.empty():
        chunks.append(written.get())
    return b"".join(chunks).decode(errors="replace").removesuffix("\n")


def _move(descriptor: int, written: "queue.SimpleQueue[bytes]", *, wait: bool) -> bool:
    """Moves what is in a pipe into a queue. False at its end."""
    readable = select.poll()  # select() knows no descriptor above 1,023
    readable.register(descriptor, select.POLLIN)
    if wait:
        readable.poll()
    with _reading:
        if not readable.poll(0):
            return True
        chunk = os.read(descriptor, CHUNK_BYTES)
        written.put(chunk)
    return bool(chunk)
