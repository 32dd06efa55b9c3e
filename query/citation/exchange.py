"""Citations as data that reference managers read: CSL-JSON, BibTeX, RIS."""

from __future__ import annotations

import json
import re
from typing import Any

from query.citation.gather import Cited

_TEX_SIGNS = {
    "\\": r"\textbackslash{}", "{": r"\{", "}": r"\}", "&": r"\&", "%": r"\%", "$": r"\$", "#": r"\#", "_": r"\_",
    "~": r"\textasciitilde{}", "^": r"\textasciicircum{}",
}  # fmt: skip
_BLANKS = re.compile(r"[\s\x00-\x1f\x7f]+")


def write_csl_json(cited: Cited) -> str:
    """Return a citation as CSL-JSON, a list of one item, valid by csl-data.json."""
    return json.dumps([describe_item(cited)], ensure_ascii=False, indent=1) + "\n"


def describe_item(cited: Cited) -> dict[str, Any]:
    """Return a citation as an item of CSL: what is not known is left out, and ``note`` says so."""
    day, deed = cited.dated
    item: dict[str, Any] = {
        "id": _key(cited),
        "type": "legislation",  # reference managers know it; by CSL 1.0.2 it is a regulation, as `note` tells Zotero
        "language": "zh-CN",
        "title": cited.title,
        "author": [{"literal": issuer} for issuer in cited.issuers],
        "authority": "、".join(cited.issuers),
        "genre": cited.doc_type,
        "jurisdiction": cited.province,
        "number": cited.doc_number,
        "section": cited.place(printed=False),
        "source": cited.site,
        "URL": cited.address,
        "issued": _parts(day) if day else None,
        "accessed": _parts(cited.accessed_on),
        "note": "\n".join(["type: regulation", *_note(cited)]),
    }
    return {name: value for name, value in item.items() if value}


def write_bibtex(cited: Cited) -> str:
    """Return a citation as a BibTeX entry; ``date`` and ``urldate`` are for biblatex, which prefers them."""
    day, _ = cited.dated
    fields = {
        "title": f"{{{_tex(cited.title)}}}",
        "author": " and ".join(f"{{{_tex(issuer)}}}" for issuer in cited.issuers),
        "year": day[:4] if day else "",
        "month": str(int(day[5:7])) if day else "",
        "date": day or "",
        "number": _tex(cited.doc_number or ""),
        "type": _tex(cited.doc_type or ""),
        "pages": _tex(cited.place()),
        "howpublished": _tex(cited.site or ""),
        "url": cited.address,
        "urldate": cited.accessed_on,
        "note": _tex("；".join(_note(cited))),
        "langid": "chinese",
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    return "\n".join([f"@misc{{{_key(cited)},", *lines, "}", ""])


def write_ris(cited: Cited) -> str:
    """Return a citation as a RIS record of the type STAT."""
    day, _ = cited.dated
    fields = [
        ("TY", "STAT"),
        ("ID", _key(cited)),
        ("TI", cited.title),
        *(("AU", issuer) for issuer in cited.issuers),
        ("PY", day[:4] if day else ""),
        ("DA", day.replace("-", "/") if day else ""),
        ("M1", cited.doc_number or ""),
        ("M3", cited.doc_type or ""),
        ("SE", cited.place(printed=False)),
        ("DB", cited.site or ""),
        ("UR", cited.address),
        ("Y2", cited.accessed_on.replace("-", "/")),
        ("LA", "zh-CN"),
        *(("N1", note) for note in _note(cited)),
    ]
    lines = [f"{tag}  - {_line(value)}" for tag, value in fields if value]
    return "\r\n".join([*lines, "ER  - ", ""])


def _note(cited: Cited) -> list[str]:
    """What the fields cannot say: what is supplied or not known, and what kind of date it is."""
    notes = list(cited.remarks)
    if cited.reposted_on:
        notes.append(f"转载日期：{cited.reposted_on}")
    if cited.dated[1] == "成文":
        notes.append("所记日期为成文日期，发布日期不详")
    return notes


def _key(cited: Cited) -> str:
    return cited.document_id + (f":{cited.eid}" if cited.eid else "")


def _parts(iso: str) -> dict[str, Any]:
    return {"date-parts": [[int(part) for part in iso.split("-")]]}


def _line(words: str) -> str:
    return _BLANKS.sub(" ", words).strip()


def _tex(words: str) -> str:
    return "".join(_TEX_SIGNS.get(sign, sign) for sign in _line(words))
