"""Spread work over the processor's cores: results as they come, memory bounded, a worker that dies costs its item only.

Results are stored a batch at a time.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from itertools import islice
from typing import Any, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

DIED = "the program that reads it fails; save it as text"  # what is said of a file whose worker was killed
AHEAD = 4  # items for each worker that are under way: results wait in memory until they are stored
SECONDS_A_COMMIT = 5.0  # of work that an interruption costs at most
FEWEST = 8  # below so many items starting workers takes longer than the work


def count_cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def spread(
    work: Callable[[Item], Result], items: Iterable[Item], workers: int, died: Callable[[Item], Result]
) -> Iterator[Result]:
    """Yield what ``work`` returns for each item, in no order; what it raises is raised here.

    ``died`` makes the result of an item whose worker was killed, by a fault in a library or for want of memory. Workers
    are forks, which have what is loaded and learned already; where there are none, or for one core, all is done here.
    """
    items = list(items)
    if workers < 2 or len(items) < FEWEST or not _can_fork():
        yield from map(work, items)
        return

    def start(processes: int) -> ProcessPoolExecutor:
        # A fork gets its arguments as they are: what the work has at hand (a tokenizer with a lock) can't be sent.
        return ProcessPoolExecutor(processes, multiprocessing.get_context("fork"), _take_up, (work,))

    waiting = iter(items)
    suspects: list[Item] = []
    while True:
        under_way: dict[Future[Result], Item] = {}
        with start(workers) as pool:
            try:
                while True:
                    for item in islice(waiting, workers * AHEAD - len(under_way)):
                        try:
                            under_way[pool.submit(_do, item)] = item
                        except BrokenProcessPool:
                            suspects.append(item)
                            raise
                    if not under_way:
                        break
                    done, _ = wait(under_way, return_when=FIRST_COMPLETED)
                    for future in done:
                        result = future.result()
                        del under_way[future]
                        yield result
            except BrokenProcessPool:
                suspects += under_way.values()
                continue
            except BaseException:
                for future in under_way:
                    future.cancel()
                raise
        break
    for item in suspects:  # one of them did it; each alone shows which
        with start(1) as pool:
            try:
                result = pool.submit(_do, item).result()
            except BrokenProcessPool:
                result = died(item)
        yield result


@contextmanager
def beside(work: Callable[[], Result], workers: int) -> Iterator[Callable[[], Result]]:
    """Give a function that returns what ``work`` returns, which another process does meanwhile where there is a core for it."""
    if workers < 2 or not _can_fork():
        yield work
        return
    with ProcessPoolExecutor(1, multiprocessing.get_context("fork"), _take_up, (lambda _: work(),)) as pool:
        future = pool.submit(_do, None)

        def result() -> Result:
            try:
                return future.result()
            except BrokenProcessPool:
                return work()

        yield result


_work: Callable[[Any], Any] | None = None  # of this process, if it is a worker


def _take_up(work: Callable[[Any], Any]) -> None:
    global _work
    _work = work


def _do(item: Any) -> Any:
    assert _work is not None
    return _work(item)


def in_batches(items: Iterable[Item]) -> Iterator[Iterator[Item]]:
    """Part what comes into batches of SECONDS_A_COMMIT each: a commit takes the time of several items."""
    items = iter(items)
    for first in items:

        def batch(first: Item = first) -> Iterator[Item]:
            until = time.monotonic() + SECONDS_A_COMMIT
            yield first
            while time.monotonic() < until and (following := next(items, None)) is not None:
                yield following

        yield batch()


def _can_fork() -> bool:
    # A fork of a process with threads may inherit a lock that nobody will ever open; elsewhere system libraries have such.
    return sys.platform == "linux" and threading.active_count() == 1


