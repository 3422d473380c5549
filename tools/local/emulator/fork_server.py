"""The process that workers of Python functions are forked from: `python -P fork_server.py FD`.

It has imported boto3, and all that a client needs, once for all of them: three quarters of the
processor time of a cold start. It knows nothing of an app, and serves the socket FD, one message
for each worker: the script to run, its folder and its environment, in JSON, with the three ends of
its standard streams. It answers with the worker's process id, and a file descriptor of it.

Only the child runs the code of a function. This process has one thread, and ends with its socket.
"""

import json
import os
import signal
import socket
import sys
import types
from pathlib import Path
from typing import Any

import boto3

LONGEST = 1 << 20
"""Bytes of a message."""


def main() -> None:
    """Serves until the other end closes the socket; in a worker, runs its script."""
    _warm_up()
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


def _warm_up() -> None:
    """A client imports what boto3 itself does not. Of the default session there must be none yet:
    it would keep an environment that is not the worker's.
    """
    session = boto3.Session("none", "none", region_name="us-east-1")
    session.client("sts")


def _run(worker: dict[str, Any], streams: list[int]) -> None:
    """Becomes what `python SCRIPT` would be."""
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
