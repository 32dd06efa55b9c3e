"""A document or a provision in the forms that its address takes an ending for: data, text, XML, citations."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from datasette import Response
from datasette.utils import add_cors_headers
from markupsafe import Markup

from plugins.web.clock import today
from plugins.web.respond import answer_json, answer_text, ask, complete_addresses
from query.addresses import write_address
from query.akn import MEDIA_TYPE as AKN_TYPE
from query.akn import write_akn
from query.anchor import read_anchor, write_text_fragment
from query.citation import Cited, cite_all, cite_by_law_manual, gather, write_bibtex, write_csl_json, write_ris
from query.corpus import read_build
from query.database import one
from query.linked_data import describe_legislation, describe_preview, write_for_script
from query.plain import write_document, write_provision
from query.quoted import follow
from query.sentences import write_sentence

#: What may follow an address, as routes read it; the longest first.
ENDINGS = r"\.csl\.json|\.json|\.txt|\.bib|\.ris"
DOCUMENT_ENDINGS = rf"{ENDINGS}|\.akn\.xml"

_CITATIONS = {
    ".bib": (write_bibtex, "application/x-bibtex"),
    ".ris": (write_ris, "application/x-research-info-systems"),
    ".csl.json": (write_csl_json, "application/vnd.citationstyles.csl+json"),
}


async def answer_form(datasette, request, document: Mapping[str, Any], provision: Mapping[str, Any] | None = None) -> Response:
    """Answer with a document, or with one of its provisions or sentences, in the form of the address's ending."""
    form = request.url_vars["format"]
    eid = provision["eid"] if provision else None
    build = await ask(datasette, read_build)
    cited = gather_citation(datasette, request, document, eid, build)
    if form in _CITATIONS:
        write, media = _CITATIONS[form]
        name = (document["id"] + (f"__{eid}" if eid else "")) + form
        return _answer(datasette, write(cited), media, name)
    if form == ".json":
        return answer_json(datasette, {**(provision or document), "address": cited.address, "citation": cite_by_law_manual(cited)})
    if form == ".akn.xml":
        text = await ask(datasette, _read_text, document["version"]["id"])
        return _answer(datasette, write_akn(document, text, cited.address, build), AKN_TYPE)
    return answer_text(_quote(provision, cited) if provision else write_document(document, cited.address))


async def describe_for_machines(datasette, request, document: Mapping[str, Any], provision: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return what a page says of itself: ``pinned`` (the full address), ``citations`` in every style, ``quotation``
    (words and citation, of a provision), ``linked_data`` (JSON for a script element), ``preview`` (Open Graph) and
    ``original`` (the source's page, at the words of a provision), None where its address is not known.
    """
    build = await ask(datasette, read_build)
    cited = gather_citation(datasette, request, document, provision["eid"] if provision else None, build)

    absolute = complete_addresses(datasette, request)

    source = document["source_url"] if (document["source_url"] or "").startswith(("https://", "http://")) else None
    return {
        "pinned": cited.address,
        "citations": cite_all(cited),
        "quotation": _quote(provision, cited) if provision else None,
        "linked_data": Markup(write_for_script(describe_legislation(document, absolute, provision))),
        "preview": describe_preview(document, absolute, cited.site, provision),
        "original": write_text_fragment(source, provision["text"]) if source and provision else source,
    }


async def follow_quotation(datasette, request, document: Mapping[str, Any], provision: Mapping[str, Any] | None = None) -> dict[str, Any] | None:
    """Mark the words that the address quotes, and say what became of them; None where it quotes none."""
    anchor = read_anchor({name: request.args.get(name) for name in ("quote", "to", "prefix", "suffix", "hash")})
    if anchor is None:
        return None
    return await ask(datasette, follow, provision or document, provision["eid"] if provision else None, anchor)


def gather_citation(datasette, request, document: Mapping[str, Any], eid: str | None, build: Mapping[str, str]) -> Cited:
    """Gather a citation of what a page shows, with its pinned address, looked at today."""
    path = write_address(document["id"], eid, document["version"]["n"])
    address = complete_addresses(datasette, request)(path)
    return gather(document, eid, address, today(), build.get("corpus_name") or datasette.metadata("title"))


def _quote(provision: Mapping[str, Any], cited: Cited) -> str:
    write = write_sentence if provision["kind"] == "sentence" else write_provision
    return write(provision, cite_by_law_manual(cited))


def _read_text(conn, version_id: str) -> str:
    return one(conn, "SELECT text FROM versions WHERE id = ?", [version_id])["text"]


def _answer(datasette, body: str | bytes, media: str, name: str | None = None) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'} if name else {}
    if datasette.cors:
        add_cors_headers(headers)
    return Response(body, headers=headers, content_type=f"{media}; charset=utf-8")
