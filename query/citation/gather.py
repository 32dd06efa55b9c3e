"""Gather what a citation says from what is known of a document; what is not known it says too."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from query.layout import unbreak
from query.place import write_place


@dataclass(frozen=True)
class Cited:
    """What is cited. Dates are ISO dates or None; ``eid`` is None where the whole document is cited."""

    document_id: str
    title: str
    title_supplied: bool
    issuers: tuple[str, ...]
    doc_number: str | None
    doc_type: str | None
    province: str | None
    issued_on: str | None
    published_on: str | None
    is_repost: bool
    reposted_on: str | None
    eid: str | None
    address: str
    accessed_on: str
    site: str | None

    @property
    def dated(self) -> tuple[str | None, str]:
        """The date that a citation bears, and what happened on it: 发布, else 成文; (None, "") where neither is known."""
        if self.published_on:
            return self.published_on, "发布"
        return (self.issued_on, "成文") if self.issued_on else (None, "")

    def place(self, printed: bool = True) -> str:
        """Where in the document, in words; empty for the whole of it."""
        return write_place(self.eid, printed) if self.eid else ""

    @property
    def remarks(self) -> tuple[str, ...]:
        """What a reader must know before relying on the citation."""
        said = []
        if self.title_supplied:
            said.append("题名系编者代拟")
        unknown = [name for name, value in (("发文机关", self.issuers), ("日期", self.dated[0])) if not value]
        if unknown:
            said.append("、".join(unknown) + "不详")
        if self.is_repost:
            said.append("据转载的文本")
        return tuple(said)


def gather(document: Mapping[str, Any], eid: str | None, address: str, accessed: date, site: str | None = None) -> Cited:
    """Gather the facts of a citation.

    ``document`` is as ``documents.describe_document`` returns it; of its keys only ``title`` and ``issuers`` (a list)
    must be there. ``address`` is the full pinned address, ``accessed`` the day on which it was looked at, ``site``
    the name of the collection.
    """
    repost = document.get("repost")
    return Cited(
        document_id=document.get("id") or document.get("document_id") or "",
        title=unbreak(document["title"]),
        title_supplied=bool(document.get("title_supplied")),
        issuers=tuple(document["issuers"]),
        doc_number=document.get("doc_number"),
        doc_type=document.get("doc_type"),
        province=document.get("province"),
        issued_on=document.get("issued_on"),
        published_on=document.get("published_on"),
        is_repost=bool(repost),
        reposted_on=repost["on"] if repost else None,
        eid=eid,
        address=address,
        accessed_on=accessed.isoformat(),
        site=site,
    )
