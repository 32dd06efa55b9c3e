"""Describe a document or a provision for search engines and previews: schema.org's Legislation, and Open Graph."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from query.addresses import write_address
from query.akn import expression_uri, work_uri
from query.layout import unbreak
from query.place import write_place

LONGEST_DESCRIPTION = 200

Absolute = Callable[[str], str]


def describe_legislation(document: Mapping[str, Any], absolute: Absolute, provision: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return a document, or one of its provisions, as a ``Legislation`` of schema.org; what is not known is left out.

    ``absolute`` completes a path. The legal value is that of an unofficial text, as ELI calls it. The force of law is
    not known here, and so not said.
    """
    eid = provision["eid"] if provision else None
    n = document["version"]["n"]
    if provision is None:
        return {"@context": "https://schema.org", **_describe_work(document, absolute, n)}
    return _keep_known({
        "@context": "https://schema.org",
        "@type": "Legislation",
        "@id": absolute(write_address(document["id"], eid)),
        "name": f"{document['title']} {write_place(eid)}",
        "headline": unbreak(provision.get("heading") or "") or None,
        "legislationIdentifier": expression_uri(document, eid),
        "url": absolute(write_address(document["id"], eid)),
        "inLanguage": "zh-CN",
        "isPartOf": _describe_work(document, absolute, n),
        "encoding": [
            _encoding(absolute(f"{write_address(document['id'], eid, n)}{ending}"), media)
            for ending, media in ((".json", "application/json"), (".txt", "text/plain"))
        ],
    })  # fmt: skip


def describe_preview(document: Mapping[str, Any], absolute: Absolute, site: str | None, provision: Mapping[str, Any] | None = None) -> list[tuple[str, str]]:
    """Return the properties of Open Graph: ``[("og:title", …)]``."""
    eid = provision["eid"] if provision else None
    title = document["title"] + ("（题名代拟）" if document["title_supplied"] else "")
    first = provision["text"] if provision else "、".join(document["issuers"]) or title
    words = " ".join(first.split())
    shown = words if len(words) <= LONGEST_DESCRIPTION else words[: LONGEST_DESCRIPTION - 1] + "…"
    when = document["published_on"] or document["issued_on"]
    pairs = [
        ("og:type", "article"),
        ("og:title", f"{title} {write_place(eid)}" if eid else title),
        ("og:description", shown),
        ("og:url", absolute(write_address(document["id"], eid))),
        ("og:site_name", site),
        ("og:locale", "zh_CN"),
        ("article:published_time", when),
        ("article:section", document["province"]),
    ]
    return [(name, value) for name, value in pairs if value]


def write_for_script(data: Mapping[str, Any]) -> str:
    """Return data as JSON that can stand in a script element: no sign in it can close the element."""
    words = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return words.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")


def _describe_work(document: Mapping[str, Any], absolute: Absolute, n: int) -> dict[str, Any]:
    period = [str(year) for year in (document["period_start"], document["period_end"]) if year]
    bodies = [{"@type": "GovernmentOrganization", "name": issuer} for issuer in document["issuers"]]
    address = absolute(write_address(document["id"]))
    pinned = write_address(document["id"], None, n)
    source = document["source_url"]
    return _keep_known({
        "@type": "Legislation",
        "@id": address,
        "name": document["title"],
        "url": address,
        "identifier": document["doc_number"],
        "legislationIdentifier": work_uri(document),
        "legislationType": document["doc_type"],
        "legislationDate": document["issued_on"],
        "datePublished": document["published_on"],
        "legislationPassedBy": bodies,
        "legislationJurisdiction": {"@type": "AdministrativeArea", "name": document["province"]} if document["province"] else None,
        "temporalCoverage": "/".join(period),
        "inLanguage": "zh-CN",
        "legislationLegalValue": "UnofficialLegalValue",
        "isBasedOn": source if source and source.startswith(("https://", "http://")) else None,
        "version": str(n),
        "encoding": [
            _encoding(absolute(f"{pinned}{ending}"), media)
            for ending, media in ((".json", "application/json"), (".txt", "text/plain"), (".akn.xml", "application/akn+xml"))
        ],
    })  # fmt: skip


def _encoding(address: str, media: str) -> dict[str, str]:
    return {"@type": "MediaObject", "contentUrl": address, "encodingFormat": media}


def _keep_known(data: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in data.items() if value}
