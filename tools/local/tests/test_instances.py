"""What all of the local run shares: the HTTP client for the emulator."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from local import instances

THREADS = 40


class CountingServer(ThreadingHTTPServer):
    """Answers once THREADS requests are there, and counts the connections they come over."""

    daemon_threads = True
    request_queue_size = THREADS

    def __init__(self) -> None:
        super().__init__((instances.HOST, 0), Handler)
        self.connections = 0
        self.all_there = threading.Barrier(THREADS, timeout=30)

    def process_request(self, *arguments: Any) -> None:
        self.connections += 1
        super().process_request(*arguments)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: CountingServer

    def do_GET(self) -> None:
        self.server.all_there.wait()
        self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing: a test's output is for its failure."""


@pytest.fixture
def server() -> Iterator[CountingServer]:
    with CountingServer() as counting:
        thread = threading.Thread(target=counting.serve_forever, args=(0.01,))
        thread.start()
        yield counting
        counting.shutdown()
        thread.join()


def test_many_threads_share_the_client_and_none_closes_anothers_connection(
    server: CountingServer,
) -> None:
    url = f"http://{instances.HOST}:{server.server_port}"
    with ThreadPoolExecutor(THREADS) as pool:
        for _ in range(3):
            answers = pool.map(lambda _: instances.http.get(url), range(THREADS))
            assert {answer.status_code for answer in answers} == {204}
    assert server.connections == THREADS
