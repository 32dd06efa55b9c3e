"""Find who is responsible: the bracket of agencies at the end of a clause or paragraph."""

from __future__ import annotations

import re

from ingest.name import walk
from ingest.records import Duty, Unit

# The last bracket of a paragraph; no sentence stands in it but the rule about who leads.
_BRACKET = re.compile(r"[(（](?P<body>[^()（）]{3,200})[)）]\s*\Z")
_AGENCY = (
    r"[\u4e00-\u9fff]{0,14}(?:人民政府|政府|办公厅|办公室|委员会|发展改革委|国资委|卫生健康委|发改委|厅|局|委|部|办|总工会|工会|团委|妇联|残联|"
    r"工商联|联合会|法院|检察院|有关部门和单位|有关部门|有关单位|部门和单位|各单位|中心)"
)
_LIST = re.compile(rf"{_AGENCY}(?:等)?(?:[、,，;；和]{_AGENCY}(?:等)?)*\Z")
_TAIL = re.compile(
    r"(?:等)?(?:按照?(?:各自)?职责(?:分工)?(?:分别)?负责|分工负责|共同负责|负责落实|具体负责|负责|(?P<lead>牵头)(?:负责)?)\Z"
)
_RULE = re.compile(r"[。,，；;]?\s*(?:排|列)(?:在)?第一位(?:的|者)?为牵头(?:单位|部门)[^)）]*\Z")
_SUPPORT = re.compile(r"(?:配合|参加|参与)(?:负责)?\Z")


def states_lead_rule(text: str) -> bool:
    """True where a document says once, for all its brackets, that the first agency named leads (排第一位为牵头单位,下同)."""
    return bool(re.search(r"(?:排|列)(?:在)?第一位(?:的|者)?为牵头(?:单位|部门)", text))


def assign(text: str, units: tuple[Unit, ...]) -> tuple[Duty, ...]:
    """Return the duties that brackets assign, in order; who leads is the first where the document says so.

    Ordinary prose in brackets that happens to end in 负责 names no list of agencies and assigns nothing.
    """
    first_leads = states_lead_rule(text)
    duties: list[Duty] = []
    for unit, _, _ in walk(units):
        match = _BRACKET.search(text, unit.start, unit.own_end)
        if match is None:
            continue
        body = _RULE.sub("", match["body"])
        found = _read(body)
        if not found:
            continue
        offset = match.start("body")
        for seq, (printed, start, role) in enumerate(found):
            if role is None:
                role = "lead" if len(found) == 1 or (first_leads and seq == 0) else "support"
            duties.append(Duty(unit.eid, printed, offset + start, offset + start + len(printed), role, seq))
    return tuple(duties)


def _read(body: str) -> list[tuple[str, int, str | None]]:
    """Return (agency, offset, role) for each agency of a bracket; the role is None where only order can tell it."""
    found: list[tuple[str, int, str | None]] = []
    position = 0
    for part in re.split(r"[,，;；]", body):
        role: str | None = None
        names = part.strip()
        if _SUPPORT.search(names):
            names, role = _SUPPORT.sub("", names), "support"
        else:
            tail = _TAIL.search(names)
            if tail:
                role = "lead" if tail["lead"] else None
                names = names[: tail.start()]
        names = names.strip().removesuffix("等")
        if not names or not _LIST.match(names):
            return []
        at = body.index(names, position)
        for name in re.split(r"(?<=[\u4e00-\u9fff])[、和](?=[\u4e00-\u9fff])", names):
            start = body.index(name, at)
            found.append((name, start, role))
            at = start + len(name)
        position = at
    return found
