"""Read a search back in words: the heading of the page, its title, the second sheet of a workbook."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from plugins.web.asked import SCOPES, SORTS
from query.facets import FACETS, Catalogue, resolve
from query.language import Group, Query, parse


def read_back(answer: Mapping, catalogue: Catalogue) -> str:
    """Return a sentence that says what was searched: 在辽宁省或河北省，含有“学徒”和“补贴”、不含“技工”的专栏，按日期排列."""
    query = parse(answer["read_as"])
    places = _limits(answer["chosen"], catalogue)
    places += [f"{FACETS.get(name, name)}为“{typed}”" for name, typed in query.filters if not resolve(catalogue, name, typed)]
    kinds = name_values(catalogue, "kind", answer["chosen"].get("kind", ()))
    words = _words(query, answer["scope"])
    words += [_refusal(catalogue, facet, typed) for facet, typed in query.excluded]
    noun = "或".join(kinds) if kinds else "条款"
    parts = [*places, f"{'、'.join(words)}的{noun}" if words else f"全部{noun}"]
    if answer["sort"] != "relevance":
        parts.append(f"按{SORTS[answer['sort']]}排列")
    return "，".join(parts)


def name_values(catalogue: Catalogue, facet: str, values: Sequence[str]) -> list[str]:
    """Return the Chinese names of a facet's values."""
    return [catalogue.labels.get((facet, value), value) for value in values]


def name_group(group: Group) -> str:
    """Return the terms of which one must stand: “甲”或“乙”."""
    return "或".join(f"“{term.text}”" for term in group.terms)


def _words(query: Query, scope: str) -> list[str]:
    wanted = [group for group in query.groups if not group.negative]
    unwanted = [group for group in query.groups if group.negative]
    several = len(wanted) > 1
    named = [f"（{name_group(group)}）" if several and len(group.terms) > 1 else name_group(group) for group in wanted]
    words = []
    if named:
        listed = "、".join(named[:-1]) + "和" + named[-1] if several else named[0]
        words.append((f"在{SCOPES[scope]}" if several and scope != "provision" else "") + f"含有{listed}")
    if unwanted:
        words.append("不含" + "或".join(map(name_group, unwanted)))
    return words


def _limits(chosen: Mapping[str, Sequence[str]], catalogue: Catalogue) -> list[str]:
    """The places, years and documents that a search keeps to, each as a phrase."""
    named = {facet: name_values(catalogue, facet, values) for facet, values in chosen.items() if values}
    limits = []
    if "doc" in named:
        limits.append("在" + "或".join(f"《{title}》" for title in named["doc"]) + "中")
    if "province" in named:
        limits.append("或".join(named["province"]))
    if "year" in named:
        limits.append("或".join(f"{year}年" for year in named["year"]))
    if "agency" in named:
        limits.append("或".join(named["agency"]) + "发文")
    if "type" in named:
        limits.append("文种为" + "或".join(named["type"]))
    for facet, words in (("theme", "主题为"), ("audience", "提到"), ("force", "用语为")):
        if facet in named:
            limits.append(words + "或".join(f"“{name}”" for name in named[facet]))
    return limits


def _refusal(catalogue: Catalogue, facet: str, typed: str) -> str:
    names = name_values(catalogue, facet, resolve(catalogue, facet, typed)) or [typed]
    return "不属" + "或".join(names)
