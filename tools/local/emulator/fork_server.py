"""The process that workers of Python functions are forked from: `python -P fork_server.py FD`.

It has imported boto3, and all that a client needs, once for all of them: three quarters of the
processor time of a cold start. It knows nothing of an app, and serves the socket FD, one message
for each worker: the script to run, its folder and its environment, in JSON, with the three ends of
its standard streams. It answers with the worker's process id, and a file descriptor of it.

Only the child runs the code of a function. This process has one thread, and ends with its socket.
"""

import gc
import json
import os
import signal
import socket
import sys
import types
from functools import cache
from pathlib import Path
from typing import Any

import boto3
from botocore.loaders import JSONFileLoader, Loader

LONGEST = 1 << 20
"""Bytes of a message."""

SERVICES = ("dynamodb", "events", "s3", "sns", "sqs")
"""Those that functions call most, whatever the app."""


def main() -> None:
    """Serves until the other end closes the socket; in a worker, runs its script."""
    # What is imported is never freed: workers are not to look through it, and so copy it.
    # https://docs.python.org/3/library/gc.html#gc.freeze
    gc.disable()
    _warm_up()
    gc.freeze()
    server = socket.socket(fileno=int(sys.argv[1]))
    # Nobody here waits for the workers: whoever asked for one watches it.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        message, streams, _, _ = socket.recv_fds(server, LONGEST, 3)
        if not message:
            return
        process_id = os.fork()
        if process_id == 0:
            server.close()
            _run(json.loads(message), streams)
            return
        for stream in streams:
            os.close(stream)
        process = os.pidfd_open(process_id)
        socket.send_fds(server, [str(process_id).encode()], [process])
        os.close(process)


class _ReadOnce(JSONFileLoader):
    """Reads botocore's files for all loaders of the process."""

    _read = cache(JSONFileLoader().load_file)

    def load_file(self, file_path: str) -> Any:
        return _ReadOnce._read(file_path)


def _warm_up() -> None:
    """A client imports what boto3 itself does not, and reads botocore's files of its service, up to
    a megabyte of JSON, which workers are then spared. Of the default session there must be none
    yet: it would keep an environment that is not the worker's.
    """
    Loader.FILE_LOADER_CLASS = _ReadOnce
    session = boto3.Session("none", "none", region_name="us-east-1")
    for service in SERVICES:
        session.client(service)  # type: ignore[call-overload]


def _run(worker: dict[str, Any], streams: list[int]) -> None:
    """Becomes what `python SCRIPT` would be."""
    gc.enable()
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    os.chdir(worker["cwd"])
    os.environ.clear()
    os.environ.update(worker["env"])
    script = Path(worker["script"])
    sys.argv = [str(script)]
    sys.path.insert(0, str(script.parent))
    module = types.ModuleType("__main__")
    module.__file__ = str(script)
    sys.modules["__main__"] = module
    exec(compile(script.read_text(encoding="utf-8"), script, "exec"), vars(module))


if __name__ == "__main__":
    main()
