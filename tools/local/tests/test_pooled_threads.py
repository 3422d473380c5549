"""Threads are used again, and nobody waits for one."""

import threading

from local.emulator.pooled_threads import PooledThread
from local.tests.conftest import eventually


def test_a_thread_that_waits_for_another_does_not_keep_that_from_running() -> None:
    depth = 50
    reached = threading.Event()

    def go_down(left: int) -> None:
        if left == 0:
            reached.set()
            return
        below = PooledThread(lambda: go_down(left - 1))
        below.start()
        below.join()

    first = PooledThread(lambda: go_down(depth))
    first.start()
    first.join(10)
    assert reached.is_set()
    assert not first.is_alive()


def test_a_thread_is_used_again() -> None:
    threads = [threading.get_ident()]

    def used_again() -> bool:
        one = PooledThread(lambda: threads.append(threading.get_ident()))
        one.start()
        one.join()
        return threads[-1] in threads[:-1]

    eventually(used_again)


def test_a_wait_with_a_limit_ends_before_the_thread_does() -> None:
    goes_on = threading.Event()
    one = PooledThread(goes_on.wait)
    assert not one.is_alive()
    one.start()
    one.join(0.01)
    assert one.is_alive()
    goes_on.set()
    one.join()
    assert not one.is_alive()
