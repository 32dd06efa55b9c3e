"""Write dates the Chinese way."""

from __future__ import annotations

import re


def write_date(date: str | None) -> str:
    """Write an ISO date as far as it goes: 2022-06-10 -> 2022年6月10日, 2022-06 -> 2022年6月; what is no ISO date stays as it is."""
    match = re.fullmatch(r"(\d{4})(?:-(\d\d))?(?:-(\d\d))?", date or "")
    if match is None:
        return date or ""
    year, month, day = match.groups()
    return f"{year}年" + (f"{int(month)}月" if month else "") + (f"{int(day)}日" if day else "")
