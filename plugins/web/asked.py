"""What a reader asks of the search, as its address says it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from urllib.parse import urlencode

from query.facets import FACETS, Catalogue, resolve
from query.language import parse

SCOPES = {"provision": "一条之内", "clause": "一条及其专栏之内", "document": "一份文件之内"}
SORTS = {"relevance": "相关度", "date": "日期", "province": "地区"}
MOST_VALUES, LONGEST_VALUE, LONGEST_CURSOR = 40, 120, 20


@dataclass(frozen=True)
class Asked:
    """A search: the query as typed, values chosen by facet, scope, order, and where the page begins."""

    q: str = ""
    chosen: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    scope: str = "provision"
    sort: str = "relevance"
    after: str = ""

    @property
    def is_empty(self) -> bool:
        return not self.q and not self.chosen

    def path(self, form: str = "") -> str:
        """Return the address, ``/search?q=…&province=ln&province=he``: what is not asked is left out."""
        pairs = [("q", self.q)] if self.q else []
        pairs += [(facet, value) for facet in FACETS for value in self.chosen.get(facet, ())]
        if self.scope != "provision":
            pairs.append(("scope", self.scope))
        if self.sort != "relevance":
            pairs.append(("sort", self.sort))
        if self.after:
            pairs.append(("after", self.after))
        return f"/search{form}" + (f"?{urlencode(pairs, errors='replace')}" if pairs else "")

    def turn(self, **changes) -> Asked:
        """Return the same search with changes, on its first page."""
        return replace(self, **{"after": "", **changes})

    def add(self, facet: str, value: str) -> Asked:
        return self.turn(chosen={**self.chosen, facet: (*self.chosen.get(facet, ()), value)})

    def remove(self, facet: str, value: str) -> Asked:
        left = tuple(other for other in self.chosen.get(facet, ()) if other != value)
        return self.turn(chosen={**self.without(facet).chosen, **({facet: left} if left else {})})

    def without(self, facet: str) -> Asked:
        return self.turn(chosen={name: values for name, values in self.chosen.items() if name != facet})


def read_asked(args) -> Asked:
    """Read the parameters of an address; what is unknown among scopes and orders falls back to the usual one."""
    chosen: dict[str, tuple[str, ...]] = {}
    for facet in FACETS:
        given = [value.strip()[:LONGEST_VALUE] for value in args.getlist(facet)[:MOST_VALUES]]
        if facet == "doc":  # the name it had at first
            given += [value.strip()[:LONGEST_VALUE] for value in args.getlist("document")[:1]]
        values = tuple(dict.fromkeys(value for value in given if value))
        if values:
            chosen[facet] = values
    scope, sort = args.get("scope"), args.get("sort")
    return Asked(
        q=_clean(args.get("q") or ""),
        chosen=chosen,
        scope=scope if scope in SCOPES else "provision",
        sort=sort if sort in SORTS else "relevance",
        after=(args.get("after") or "")[:LONGEST_CURSOR],
    )


def settle(asked: Asked, answer: Mapping, catalogue: Catalogue) -> Asked:
    """Return the search as its answer read it: fields typed in the query (地区:辽宁) become chosen values.

    Links are made from this one, so that what was typed as a field can be taken away by a click as well.
    """
    chosen: dict[str, Sequence[str]] = {facet: tuple(values) for facet, values in answer["chosen"].items() if values}
    query = parse(asked.q)
    unread = tuple((name, typed) for name, typed in query.filters if not resolve(catalogue, name, typed))
    if len(unread) == len(query.filters):
        return replace(asked, chosen=chosen)
    return replace(asked, q=replace(query, filters=unread).in_words(), chosen=chosen)


def _clean(q: str) -> str:
    # A lone surrogate can be typed into an address but not be written back as UTF-8.
    return q.encode("utf-8", "replace").decode().strip()
