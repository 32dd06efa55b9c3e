"""Find who is responsible: the bracket of agencies at the end of a paragraph, and sentences that give a body a task."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence

from ingest.name import walk
from ingest.records import Duty, Unit

# A bracket at the end of a paragraph or after a sentence, where a page has put all its paragraphs in one;
# no sentence stands in it but the rule about who leads.
_BRACKET = re.compile(r"(?:(?<=[。；;])\s*[(（](?P<inner>[^()（）]{3,200})[)）]|[(（](?P<last>[^()（）]{3,200})[)）]\s*\Z)")
_ENDINGS = (
    "人民政府", "政府", "办公厅", "办公室", "委员会", "发展改革委", "国资委", "卫生健康委", "发改委", "厅", "局", "委", "部", "办", "总工会", "工会", "团委",
    "妇联", "残联", "工商联", "联合会", "调查队", "总队", "银行", "公司", "法院", "检察院", "有关部门和单位", "有关部门", "有关单位", "部门和单位", "各单位", "中心",
)  # fmt: skip
LONGEST_BEFORE_ENDING = 14
_AGENCY = rf"[\u4e00-\u9fff]{{0,{LONGEST_BEFORE_ENDING}}}(?:{'|'.join(_ENDINGS)})"
_ONE = re.compile(rf"{_AGENCY}\Z")
_BEFORE_ENDING = re.compile(rf"[\u4e00-\u9fff]{{0,{LONGEST_BEFORE_ENDING}}}")
_TAIL = re.compile(
    r"(?:等)?(?:按照?(?:各自)?职责(?:分工)?(?:分别)?负责|分工负责|共同负责|负责落实|具体负责|负责|(?P<lead>牵头)(?:负责)?)\Z"
)
_RULE = re.compile(r"[。,，；;]?\s*(?:排|列)(?:在)?第一位(?:的|者)?为牵头(?:单位|部门)[^)）]*\Z")
_SUPPORT = re.compile(r"(?:配合|参加|参与)(?:负责)?\Z")


def _is_list(names: str) -> bool:
    """True where a text is agencies, each perhaps with 等, set apart by commas or 和.

    By the places that can be reached, not by one expression: 和 may stand in a name too (部门和单位), and twenty names
    joined by it can be read in a million ways.
    """
    reached, waiting = {0}, [0]
    while waiting:
        start = waiting.pop()
        for middle in range(start, _BEFORE_ENDING.match(names, start).end() + 1):
            for ending in _ENDINGS:
                if not names.startswith(ending, middle):
                    continue
                end = middle + len(ending)
                for after in (end, end + 1) if names.startswith("等", end) else (end,):
                    if after == len(names):
                        return True
                    if names[after] in "、,，;；和" and after + 1 not in reached:
                        reached.add(after + 1)
                        waiting.append(after + 1)
    return False


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
        seq = 0
        for match in _BRACKET.finditer(text, unit.start, unit.own_end):
            group = "inner" if match["inner"] else "last"
            found = _read(_RULE.sub("", match[group]))
            offset = match.start(group)
            for place, (printed, start, role) in enumerate(found):
                if role is None:
                    role = "lead" if len(found) == 1 or (first_leads and place == 0) else "support"
                duties.append(Duty(unit.eid, printed, offset + start, offset + start + len(printed), role, seq))
                seq += 1
    return tuple(duties)


class SentenceReader:
    """Reads duties that stand in prose: 司法行政部门负责…, 工信、住建等部门要…, 会同省人社厅.

    ``bare`` are forms that name a body only before 部门 (教育 is mostly a word), ``full`` those that
    name one by themselves (人社厅). A body counts only where a word of duty stands by it.
    """

    def __init__(self, bare: Sequence[str], full: Sequence[str]) -> None:
        one = "(?:" + "|".join(map(re.escape, sorted(bare, key=len, reverse=True))) + ")"
        body = "(?:" + "|".join(map(re.escape, sorted(full, key=len, reverse=True))) + ")"
        # A list has an end: tried from each of its names, one of 20,000 takes the square of that.
        listed = rf"{one}(?:[、和]{one}){{0,60}}、?(?:等)?"
        named = rf"(?:[省市县区]|地方|各地)?{body}"
        self._pattern = re.compile(
            rf"(?P<before>会同|由|发挥|在)?(?P<level>各级|各地|各市|当地|同级)?"
            rf"(?:(?P<bare>{listed})(?P<tail>(?:主管|行政|监管)?(?:部门和单位|部门|共同参与))|(?P<full>{named}(?:[、和及]{named}){{0,60}}))"
            rf"(?=(?P<verb>[\u4e00-\u9fff,，]{{0,8}}))"
        )
        self._one, self._named = re.compile(one), re.compile(named)

    def read(self, text: str, units: tuple[Unit, ...], known: Sequence[Duty]) -> tuple[Duty, ...]:
        """Return the duties that sentences give, none where a bracket has been read already."""
        brackets = sorted((duty.start, duty.end) for duty in known)  # apart from each other
        counts = Counter(duty.eid for duty in known)
        duties: list[Duty] = []
        for unit, _, _ in walk(units):
            if unit.kind == "row":
                continue
            for match in self._pattern.finditer(text, unit.start, unit.own_end):
                before, verb = match["before"], match["verb"]
                at = bisect_right(brackets, (match.start(), len(text))) - 1
                if at >= 0 and match.start() < brackets[at][1]:
                    continue
                is_duty = before in ("会同", "由", "发挥") or _DUTY.match(verb) or (match["tail"] or "").endswith("共同参与")
                if not is_duty:
                    continue
                group = "bare" if match["bare"] else "full"
                is_list = "、" in match[group] and not _LEADS.match(verb)  # …等部门相互配合: none of them leads
                shares = before == "会同" or _SHARED.match(verb) or "参与" in (match["tail"] or "")
                role = "support" if shares or is_list else "lead"
                finder = self._one if group == "bare" else self._named
                for name in finder.finditer(text, match.start(group), match.end(group)):
                    end = name.end()
                    if group == "bare" and text[end : match.end("tail")] == match["tail"]:
                        end = match.end("tail")  # 司法行政部门 is printed as a whole, 工信 in a list is not
                    start = name.start()
                    if match["level"] and "、" not in match[group]:
                        start = match.start("level")  # 当地人力资源社会保障部门 is not the province's
                    printed = text[start:end]
                    duties.append(Duty(unit.eid, printed, start, end, role, counts[unit.eid], "sentence"))
                    counts[unit.eid] += 1
        return tuple(duties)


_DUTY = re.compile(r"[,，]?(?:要|应当?|应充分|须)|负责|承担|统筹|组织|确保|指导|牵头|相互配合|共同|做好|协调|另行制定|会同")
_LEADS = re.compile(r"牵头|负责")
_SHARED = re.compile(r"参与|参加|配合|协同")


def _split_pair(several: str) -> list[str]:
    """省教育厅和省财政厅 are two, 市经济和信息化委 is one."""
    left, _, right = several.partition("和")
    return [left, right] if right and _ONE.match(left) and _ONE.match(right) else [several]


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
        if not names or not _is_list(names):
            return []
        at = body.index(names, position)
        for name in [single for several in names.split("、") for single in _split_pair(several)]:
            start = body.index(name, at)
            found.append((name, start, role))
            at = start + len(name)
        position = at
    return found
