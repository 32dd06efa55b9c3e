"""Find the documents that provisions cite."""

from __future__ import annotations

import re

from ingest.name import walk
from ingest.records import Citation, Unit

_TITLE = re.compile(r"《(?P<title>[^《》]{2,80}(?:《[^《》]{2,60}》[^《》]{0,20})?)》")
_NUMBER = re.compile(r"\s*[(（](?P<number>[\u4e00-\u9fff]{1,14}[〔\[［【(（]\s*(?:19|20)\d{2}\s*[〕\]］】)）]\s*第?\d+号)[)）]")
# A document's title ends in one of these, perhaps with years behind; 《技能中国行》 is a programme.
_KIND = re.compile(
    r"(?:法|条例|规划|纲要|方案|计划|意见|办法|细则|规定|规则|措施|通知|决定|公告|批复|标准|目录|指引|指南|规范|制度|要点|建议|报告)"
    r"(?:[(（][^()（）]{2,24}[)）])?\Z"
)


def cite(text: str, units: tuple[Unit, ...]) -> tuple[Citation, ...]:
    """Return the citations in the own characters of each unit, in order."""
    citations = []
    for unit, _, _ in walk(units):
        for match in _TITLE.finditer(text, unit.start, unit.own_end):
            title = re.sub(r"\s+", " ", match["title"]).strip()
            if not _KIND.search(title):
                continue
            number = _NUMBER.match(text, match.end(), unit.own_end)
            end = number.end() if number else match.end()
            citations.append(Citation(unit.eid, match.start(), end, title, number["number"] if number else None))
    return tuple(citations)


def normal_title(title: str) -> str:
    """Return a title in the form in which titles are compared: no quotes, brackets' widths or blanks."""
    return re.sub(r"[\s“”\"‘’]", "", title).translate(str.maketrans("（）－—", "()--")).replace("--", "-")
