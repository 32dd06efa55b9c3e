"""What day it is, where the readers are: citations say when an address was looked at."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

_CHINA = timezone(timedelta(hours=8))


def today() -> date:
    """Return the day in China."""
    return datetime.now(_CHINA).date()
