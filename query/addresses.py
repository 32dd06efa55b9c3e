"""Permanent addresses: ``/d/<document>``, ``/d/<document>/<eid>``, pinned ``/d/<document>@v1/<eid>``."""

from __future__ import annotations

import re

_DOCUMENT = re.compile(r"(?P<document>[a-z0-9][a-z0-9-]{0,119})(?:@v(?P<version>[1-9][0-9]{0,3}))?\Z")

_PATH = re.compile(r"/d/[a-z0-9][a-z0-9-]{0,119}(?:@v[1-9][0-9]{0,3})?(?:/[a-z0-9_-]{1,300})?(?:\.json|\.txt)?")


def split_address(address: str) -> tuple[str, int | None] | None:
    """Split ``ln-2022-x@v1`` into document id and version number (None when not pinned).

    Returns None for what cannot be an address.
    """
    match = _DOCUMENT.match(address)
    if match is None:
        return None
    version = match["version"]
    return match["document"], int(version) if version else None


def write_address(document_id: str, eid: str | None = None, version: int | None = None) -> str:
    """Return the path of a document or of one of its provisions, pinned to a version when one is given."""
    pin = f"@v{version}" if version else ""
    return f"/d/{document_id}{pin}" + (f"/{eid}" if eid else "")


def is_address(path: str) -> bool:
    """True for what ``write_address`` can return: nothing else may be redirected to."""
    return bool(_PATH.fullmatch(path))


def number_of_version(version_id: str) -> int:
    """Return N of a version id ``<document>@vN``."""
    return int(version_id.rpartition("@v")[2])
