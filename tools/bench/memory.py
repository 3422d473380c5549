"""The memory of a process and all its children, watched while something else happens."""

import contextlib
import threading
from types import TracebackType

import psutil

EVERY_S = 0.25
MB = 1_000_000


class MemoryWatch:
    """`with MemoryWatch(pid) as watch: …`; then `watch.peak_mb`, and `watch.processes` at the peak.

    Resident memory; what processes share counts for each of them.
    """

    def __init__(self, pid: int) -> None:
        self._process = psutil.Process(pid)
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.peak_mb = 0.0
        self.processes = 0

    def __enter__(self) -> "MemoryWatch":
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while True:
            sizes = []
            for process in [self._process, *self._process.children(recursive=True)]:
                with contextlib.suppress(psutil.NoSuchProcess):
                    sizes.append(process.memory_info().rss)
            if sum(sizes) / MB > self.peak_mb:
                self.peak_mb, self.processes = sum(sizes) / MB, len(sizes)
            if self._over.wait(EVERY_S):
                return
