"""Resolve what is printed to one name: public bodies, targets that provinces name differently, cited documents."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ingest.cite import normal_title
from ingest.rules import load_rules

_TAIL = re.compile(r"(?:主管|行政|监管)?(?:部门和单位|部门)\Z")
_COUNTING = re.compile(r"(?:人次|人数|次数|数量|数)\Z")


class Agencies:
    """The public bodies of agencies.yml by the forms in which they are printed."""

    def __init__(self, entries: Iterable[Mapping[str, Any]]) -> None:
        self.names: dict[str, str] = {}
        self._by_form: dict[str, str] = {}
        for entry in entries:
            self.names[entry["id"]] = entry["name"]
            for form in (*entry["forms"], *entry.get("sentence", ())):
                self._by_form[form] = entry["id"]
        provinces = [e["name"] for e in load_rules("provinces.yml") if e["code"] != "cn"]
        provinces += [e["short"] for e in load_rules("provinces.yml") if e["code"] != "cn"]
        levels = [*sorted(provinces, key=len, reverse=True), "自治区", "省", "市", "县", "区", "地方", "各地", "各级", "当地"]
        self._level = re.compile("|".join(map(re.escape, levels)))

    def resolve(self, printed: str) -> tuple[str | None, str]:
        """Return a body's id and name; one that no entry knows has no id and keeps its printed form."""
        form = printed
        while form:
            for known in (form, form.removesuffix("部门"), _TAIL.sub("", form)):
                if known in self._by_form:
                    agency = self._by_form[known]
                    return agency, self.names[agency]
            level = self._level.match(form)
            if level is None:
                break
            form = form[level.end() :]
        return None, printed


def normal_indicator(name: str) -> str:
    """Return a target's name as names are compared: no signs, brackets or counting words."""
    plain = re.sub(r"[\s()（）、,，“”]", "", name)
    return _COUNTING.sub("", plain)


def concept_of(name: str, concepts: Sequence[Mapping[str, Any]]) -> str | None:
    """Return the id of the target that a name stands for, if a curator has named it."""
    wanted = normal_indicator(name)
    for concept in concepts:
        if wanted in map(normal_indicator, concept["names"]):
            return concept["id"]
    return None


def resolve_citation(title: str, titles: Mapping[str, str]) -> str | None:
    """Return the document of the corpus that a title names; ``titles`` maps normal titles to ids.

    Only the whole title counts: the national 《“十四五”职业技能培训规划》 is the tail of every province's.
    """
    return titles.get(normal_title(title))
