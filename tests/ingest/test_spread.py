"""Work that is spread over processes gives what it gives in one."""

from __future__ import annotations

import os
import signal
import threading

import pytest

from ingest.records import SourceError
from ingest.spread import beside, spread


@pytest.fixture(autouse=True)
def forks(monkeypatch) -> None:
    """The runner of the tests has a thread of its own, which waits for orders and holds no lock that matters here."""
    monkeypatch.setattr("ingest.spread._can_fork", lambda: True)


def test_where_there_are_threads_all_is_done_here(monkeypatch):
    monkeypatch.undo()
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait)
    thread.start()
    try:
        assert set(spread(lambda _: os.getpid(), range(20), 2, refuse)) == {os.getpid()}
    finally:
        stop.set()
        thread.join()


def refuse(item: int) -> str:
    raise AssertionError(f"{item} died")


def test_every_item_has_its_result_whatever_the_work_holds():
    lock = threading.RLock()  # can't be sent to another process

    def work(item: int) -> int:
        with lock:
            return item * 2

    assert sorted(spread(work, range(100), 2, refuse)) == list(range(0, 200, 2))


def test_the_work_is_done_in_other_processes():
    assert os.getpid() not in set(spread(lambda _: os.getpid(), range(20), 2, refuse))


def test_what_the_work_raises_is_raised():
    def work(item: int) -> int:
        if item == 7:
            raise SourceError("v1.txt: is empty; mend it")
        return item

    with pytest.raises(SourceError, match="v1.txt: is empty; mend it"):
        list(spread(work, range(100), 2, refuse))


def test_items_that_kill_their_workers_cost_nothing_but_themselves():
    def work(item: int) -> str:
        if item in (3, 40):
            os.kill(os.getpid(), signal.SIGKILL)
        return f"{item} done"

    wanted = sorted(f"{item} {'died' if item in (3, 40) else 'done'}" for item in range(60))
    assert sorted(spread(work, range(60), 2, lambda item: f"{item} died")) == wanted


@pytest.mark.parametrize("workers", [1, 2])
def test_what_is_done_beside_comes_back(workers):
    with beside(lambda: ("done", os.getpid()), workers) as result:
        done, process = result()
    assert done == "done" and (process == os.getpid()) == (workers == 1)


def test_what_is_raised_beside_is_raised_here():
    with pytest.raises(ZeroDivisionError), beside(lambda: 1 // 0, 2) as result:
        result()


def test_what_is_killed_beside_is_done_here():
    here = os.getpid()

    def work():
        if os.getpid() != here:
            os.kill(os.getpid(), signal.SIGKILL)
        return "done"

    with beside(work, 2) as result:
        assert result() == "done"
