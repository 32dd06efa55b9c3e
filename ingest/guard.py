"""Bound the time and the memory that reading one file may take, so that a hostile file costs the corpus nothing else."""

from __future__ import annotations

import resource
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ingest.records import UnfitError

SECONDS = 90  # of the processor's time, so that a busy machine decides nothing; the longest plan seen takes 25
MEMORY = 3 << 29  # bytes beyond what is in use; a page of 45 MB with all its pictures takes a third


class _TimeIsUp(BaseException):
    """Not an Exception: a format's reader that meets any kind of rubbish in its own way must not take it for such."""


@contextmanager
def bounded(path: Path, seconds: float = SECONDS) -> Iterator[None]:
    """Raise UnfitError when what is inside takes too long or too much memory.

    Python takes signals between two steps, within a regular expression too. Only the main thread can have
    a timer: in another one nothing is bounded.
    """
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "setitimer"):
        yield
        return

    def ring(*_: object) -> None:
        raise _TimeIsUp

    limits = resource.getrlimit(resource.RLIMIT_AS)
    before = signal.signal(signal.SIGVTALRM, ring)
    try:
        _limit_memory(limits)
        # It rings again each second (sooner where the limit is short): where something swallows the first, a later one gets through.
        signal.setitimer(signal.ITIMER_VIRTUAL, seconds, min(1.0, seconds / 2))
        try:
            yield
        finally:
            signal.setitimer(signal.ITIMER_VIRTUAL, 0)
    except _TimeIsUp:
        raise UnfitError(f"{path}: takes longer than {seconds:g} seconds to read; save it as text, or the part that is the document") from None
    except MemoryError:
        raise UnfitError(f"{path}: takes too much memory to read; save it as text, or the part that is the document") from None
    except RecursionError:
        raise UnfitError(f"{path}: is nested too deeply to be a document; save it as text") from None
    finally:
        signal.signal(signal.SIGVTALRM, before)
        resource.setrlimit(resource.RLIMIT_AS, limits)


def _limit_memory(limits: tuple[int, int]) -> None:
    try:
        pages = int(Path("/proc/self/statm").read_text().split()[0])
    except (OSError, ValueError):
        return  # not Linux: the size of files is bounded all the same
    wanted = pages * resource.getpagesize() + MEMORY
    if limits[0] == resource.RLIM_INFINITY or wanted < limits[0]:
        resource.setrlimit(resource.RLIMIT_AS, (wanted, limits[1]))
