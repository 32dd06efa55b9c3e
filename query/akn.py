"""Write a document as Akoma Ntoso 3.0 XML: every character of its provisions and of what was read as its facts.

Parts, chapters, sections, articles, clauses and paragraphs have elements of that name; an item is a ``point``; goals,
boxes, notes and annexes are ``hcontainer`` of that name. A box's table is a table whose rows bear their eId; ``|``
between the cells of a captured table becomes their border, as in print. The head of the page (title, number, issuers,
dates) stands where it stands in the source: before the first provision as preface, after the last as conclusions.
Noise is left out. URIs follow the Akoma Ntoso naming convention: work, expression, manifestation.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from lxml import etree
from lxml.builder import ElementMaker

from query.anchor import make_solid
from query.export import keep_to_xml
from query.layout import show_number, split_own, unbreak, walk

NAMESPACE = "http://docs.oasis-open.org/legaldocml/ns/akn/3.0"
OWN_NAMESPACE = "urn:x-policy-kb"
MEDIA_TYPE = "application/akn+xml"

_ELEMENTS = {"part", "chapter", "section", "article", "clause", "paragraph"}
_FACTS = {
    "title": "docTitle", "notice_title": "docTitle", "doc_number": "docNumber", "issuer": "docAuthority",
    "issued_on": "docDate", "published_on": "docDate", "reposted_on": "docDate", "doc_type": "docType",
}  # fmt: skip
_ISO = re.compile(r"\d{4}-\d\d-\d\d\Z")
_ID = re.compile(r"(?P<place>[a-z]+)-(?P<year>\d{4})-(?P<slug>.+)")
_SOURCE = "#policy-kb"

_E = ElementMaker(namespace=NAMESPACE, nsmap={None: NAMESPACE})
_OWN = ElementMaker(namespace=OWN_NAMESPACE, nsmap={"kb": OWN_NAMESPACE})

Unit = dict[str, Any]


def work_uri(document: Mapping[str, Any]) -> str:
    """Return the URI of the work: ``/akn/cn-ln/doc/2022/zhiye-jineng-peixun``."""
    match = _ID.match(document["id"])
    if match is None:
        return f"/akn/cn/doc/{document['id']}"
    place = "cn" if match["place"] == "cn" else f"cn-{match['place']}"
    return f"/akn/{place}/doc/{match['year']}/{match['slug']}"


def expression_uri(document: Mapping[str, Any], eid: str | None = None) -> str:
    """Return the URI of the version shown, ``…/zho@2022-06-10``, or of a portion of it, ``…/~part_5__cl_14``.

    The first version bears the date of the document, a later one the day of its capture; where that is not known, the
    number of the version.
    """
    version = document["version"]
    day = document["issued_on"] or document["published_on"] if version["n"] == 1 else version["captured_on"]
    return f"{work_uri(document)}/zho@{day or 'v' + str(version['n'])}" + (f"/~{eid}" if eid else "")


def write_akn(document: Mapping[str, Any], text: str, address: str, build: Mapping[str, str]) -> bytes:
    """Return a document as XML in UTF-8.

    ``document`` is as ``documents.read_document`` returns it, ``text`` the version's reading text, ``address`` the full
    pinned address, ``build`` the facts of the build (its release day dates the manifestation).
    """
    units = document["provisions"]
    preface, body, conclusions = _place_facts(units, _list_facts(document["metadata"]), text)
    doc = _E.doc(_write_meta(document, address, build), name=_clean(document["doc_type"] or "文件"))
    if preface:
        doc.append(_E.preface(*preface))
    doc.append(_E.mainBody(*(body or [_E.p()])))
    if conclusions:
        doc.append(_E.conclusions(*conclusions))
    root = _E.akomaNtoso(doc)
    etree.indent(doc.find(f"{{{NAMESPACE}}}meta"), level=2)
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def _list_facts(metadata: Iterable[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """The facts that stand in the text, the outermost of those that stand in each other, in order."""
    placed = [fact for fact in metadata if fact["start"] is not None]
    placed.sort(key=lambda fact: (fact["start"], -fact["end"], fact["field"] not in _FACTS))
    outermost: list[Mapping[str, Any]] = []
    for fact in placed:
        if not outermost or fact["start"] >= outermost[-1]["end"]:
            outermost.append(fact)
    return outermost


def _place_facts(units: list[Unit], facts: list[Mapping[str, Any]], text: str):
    """Paragraphs of facts before, between (with the provisions) and after the provisions."""
    starts = [(unit["start"], 1, _write_unit(unit)) for unit in units]
    # What was read from a provision's own words (a title's year, the province that a text names) stands there already.
    loose = [fact for fact in facts if not any(u["start"] <= fact["start"] < u["own_end"] for u in walk(units))]
    found = [(fact["start"], 0, _E.p(_write_fact(fact, text))) for fact in loose]
    if not starts:
        return [element for _, _, element in found], [], []
    first, last = starts[0][0], max(unit["end"] for unit in units)
    preface = [element for start, _, element in found if start < first]
    conclusions = [element for start, _, element in found if start >= last]
    between = [one for one in found if first <= one[0] < last]
    body = [element for _, _, element in sorted([*starts, *between], key=lambda one: one[:2])]
    return preface, body, conclusions


def _write_fact(fact: Mapping[str, Any], text: str) -> etree._Element:
    words = _clean(text[fact["start"] : fact["end"]])
    name = _FACTS.get(fact["field"])
    if name == "docDate" and _ISO.match(fact["value"]):
        return _E.docDate(words, date=fact["value"])
    if name and name != "docDate":
        return _E(name, words)
    return _E.inline(words, name=fact["field"])


def _write_unit(unit: Unit) -> etree._Element:
    if unit["kind"] == "row":  # that stands outside a box
        return _E.hcontainer(_E.content(_write_table(unit, [unit]), eId=f"{unit['eid']}__content"), name="row", eId=f"{unit['eid']}__unit")
    own = split_own(unit)
    element = _E(unit["kind"]) if unit["kind"] in _ELEMENTS else _E.point() if unit["kind"] == "item" else _E.hcontainer(name=unit["kind"])
    element.set("eId", unit["eid"])
    number = _write_number(unit, own["mark"])
    if number is not None:
        element.append(number)
    if own["lead"]:
        element.append(_E.heading(_clean(own["lead"]), eId=f"{unit['eid']}__heading"))
    rows = [child for child in unit["children"] if child["kind"] == "row"]
    others = [child for child in unit["children"] if child["kind"] != "row"]
    blocks: list[etree._Element] = []
    tail = _without_cells(own["tail"], unit["cells"])
    if tail or not (rows or others or own["lead"]):
        blocks.append(_E.p(_clean(tail)))
    if rows or unit["cells"]:
        blocks.append(_write_table(unit, rows))
    if others:
        if blocks:
            element.append(_E.intro(*blocks, eId=f"{unit['eid']}__intro"))
        element.extend(_write_unit(child) for child in others)
    elif blocks:
        element.append(_E.content(*blocks, eId=f"{unit['eid']}__content"))
    return element


def _write_number(unit: Unit, printed: str) -> etree._Element | None:
    if not unit["number_inferred"]:
        return _E.num(_clean(printed)) if printed else None
    said = f"{_clean(show_number(unit))}（编号系推定，原文此处的编号缺失）"
    return _E.num(_clean(printed), title=said) if printed else _E.num(_clean(show_number(unit)), title=said, status="editorial")


def _write_table(unit: Unit, rows: list[Unit]) -> etree._Element:
    table = _E.table(eId=f"{unit['eid']}__table")
    if unit["kind"] != "row" and unit["cells"]:
        table.append(_E.tr(*(_E.th(_E.p(_clean(unbreak(head)))) for head in unit["cells"])))
    columns = max([len(row["cells"] or [1]) for row in rows] + [1])
    group = None
    for row in rows:
        if row["group_name"] and row["group_name"] != group:
            if make_solid(row["own"]).startswith(make_solid(row["group_name"])):
                table.append(_E.tr(_E.th(_E.p(_clean(row["group_name"])), colspan=str(columns))))
        group = row["group_name"]
        table.append(_E.tr(*(_E.td(_E.p(_clean(unbreak(cell)))) for cell in _cells(row)), eId=row["eid"]))
    return table


def _cells(row: Unit) -> list[str]:
    """A row's cells; its own words where the cells are not all of them."""
    cells = row["cells"] or [row["own"]]
    own, joined = _solid(row["own"]), _solid("".join(cells))
    return cells if own in (joined, _solid(row["group_name"] or "") + joined) else [row["own"]]


def _without_cells(tail: str, cells: list[str] | None) -> str:
    """What stands before the heads of a table in a box's own words."""
    if not cells:
        return tail
    solid, heads = _solid(tail), _solid("".join(cells))
    return solid[: len(solid) - len(heads)] if solid.endswith(heads) else tail


def _solid(words: str) -> str:
    return make_solid(words).replace("|", "")


def _write_meta(document: Mapping[str, Any], address: str, build: Mapping[str, str]) -> etree._Element:
    return _E.meta(
        _write_identification(document, address, build),
        *_write_publication(document),
        _write_references(document),
        *_write_notes(document),
        _write_proprietary(document, address, build),
    )


def _write_identification(document: Mapping[str, Any], address: str, build: Mapping[str, str]) -> etree._Element:
    work, expression = work_uri(document), expression_uri(document)
    version = document["version"]
    released = build.get("corpus_released_on") or "1970-01-01"
    author = "#issuer_1" if document["issuers"] else "#unknown"
    issued = document["issued_on"] or document["published_on"]
    # The schema wants a date: where the document has none, it is the collection's, and its name says so.
    dated = {"date": issued, "name": "成文" if document["issued_on"] else "发布"} if issued else {"date": released, "name": "收录（成文日期不详）"}
    match = _ID.match(document["id"])
    country = f"cn-{match['place']}" if match and match["place"] != "cn" else "cn"
    of_work = [
        _E.FRBRthis(value=f"{work}/!main"), _E.FRBRuri(value=work), _E.FRBRalias(value=_clean(document["title"]), name="title"),
        _E.FRBRdate(**dated), _E.FRBRauthor({"href": author}), _E.FRBRcountry(value=country),
    ]  # fmt: skip
    if document["doc_number"]:
        of_work.append(_E.FRBRnumber(value=_clean(document["doc_number"])))
    of_work.append(_E.FRBRname(value=_clean(document["title"])))
    captured = version["captured_on"]
    seen = {"date": captured, "name": "采集"} if captured else {"date": released, "name": "收录（采集日期不详）"}
    return _E.identification(
        _E.FRBRWork(*of_work),
        _E.FRBRExpression(
            _E.FRBRthis(value=f"{expression}/!main"), _E.FRBRuri(value=expression), _E.FRBRdate(**seen),
            _E.FRBRauthor({"href": author}), _E.FRBRversionNumber(value=str(version["n"])),
            _E.FRBRauthoritative(value="false"), _E.FRBRlanguage(language="zho"),
        ),
        _E.FRBRManifestation(
            _E.FRBRthis(value=f"{expression}/!main.xml"), _E.FRBRuri(value=f"{expression}.akn"), _E.FRBRalias(value=address, name="address"),
            _E.FRBRdate(date=released, name="语料发布"), _E.FRBRauthor({"href": _SOURCE}), _E.FRBRformat(value=MEDIA_TYPE),
        ),
        source=_SOURCE,
    )  # fmt: skip


def _write_publication(document: Mapping[str, Any]) -> list[etree._Element]:
    if not document["published_on"]:
        return []
    more = {"number": _clean(document["doc_number"])} if document["doc_number"] else {}
    return [_E.publication(date=document["published_on"], name="发布", showAs="发布", **more)]


def _write_references(document: Mapping[str, Any]) -> etree._Element:
    bodies = [_E.TLCOrganization(eId="policy-kb", href="/akn/ontology/organization/policy-kb", showAs="政策文件知识库")]
    bodies += [
        _E.TLCOrganization(eId=f"issuer_{n}", href=f"/akn/ontology/organization/cn/{quote(issuer, safe='')}", showAs=_clean(issuer))
        for n, issuer in enumerate(document["issuers"], 1)
    ]
    if not document["issuers"]:
        bodies.append(_E.TLCOrganization(eId="unknown", href="/akn/ontology/organization/cn/unknown", showAs="发文机关不详"))
    return _E.references(*bodies, source=_SOURCE)


def _write_notes(document: Mapping[str, Any]) -> list[etree._Element]:
    said = []
    if document["title_supplied"]:
        said.append("原文没有题名，题名由编者代拟。")
    if document.get("repost"):
        said.append("据转载的文本。")
    said += [doubt["message"] for doubts in document["doubts"].values() for doubt in doubts]
    notes = [_E.note(_E.p(_clean(words)), eId=f"doubt_{n}") for n, words in enumerate(said, 1)]
    return [_E.notes(*notes, source=_SOURCE)] if notes else []


def _write_proprietary(document: Mapping[str, Any], address: str, build: Mapping[str, str]) -> etree._Element:
    version = document["version"]
    facts = {
        "document": document["id"], "version": version["id"], "address": address, "sourceUrl": document["source_url"],
        "sourceSha256": version["source_sha256"], "capturedOn": version["captured_on"],
        "corpusVersion": build.get("corpus_version"), "corpusSha256": build.get("corpus_sha256"),
    }  # fmt: skip
    return _E.proprietary(*(_OWN(name, _clean(value)) for name, value in facts.items() if value), source=_SOURCE)


def _clean(words: str) -> str:
    return keep_to_xml(words)
