"""Find the titles of a head: the covering notice's, the document's own, and what a page calls its title."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from ingest.bodies import close_up, title_pattern
from ingest.markers import BULLET, recognise
from ingest.records import Fact, Layout, Line, Noise
from ingest.rules import noise_rule
from ingest.tile import tile

LONGEST_TITLE = 80
_TITLE_MARKS = re.compile(r"[。；;，,：:|]")
_REPOST = re.compile(r"(?:转发|[【\[(（]转[发载][】\])）])\s*[:：]?\s*")
_ABOUT = re.compile(
    r".{0,80}?(?:关于|關[于於])\S.{1,120}?(?P<type>通知|意见|意見|决定|決定|决议|決議|批复|批復|函|答复|答復|通告|公告|通报|通報|纪要|紀要|命令)\Z"
    r"|.{2,80}?(?:印发|印發|转发|轉發)《[^《》]{4,80}》的通知\Z"
)
_BEGINS = ("关于", "關于", "關於")
_ORDER = re.compile(r".{4,}(?:公告|令)\Z")
_CONTENTS = re.compile(r"目\s+[录錄次]\Z")  # 通过 目 录: the heading of the contents, run together with the line before
LEAST_TITLE = 5  # characters, unless it is told elsewhere: 处理决定 and 工作标准 are a table's heads
_QUOTED = re.compile(r"《(?P<title>[^《》]{4,60})》")
_REFERENCE = re.compile(r"(?:GB|DB|[A-Z]{2,4})(?:\s?[/／]\s?[A-Z])?\s{0,3}\d")  # GB/T 1.1 标准化工作导则, among what a standard refers to
_COVER = re.compile(r"(?:中华人民共和国)?(?:国家|[\u4e00-\u9fff]{2,12}?(?:行业|地方|团体|企业))标准(?:化指导性技术文件)?")  # 中华人民共和国国家标准 stands above its title
_FILE_NAME = re.compile(r"\.(?:docx?|wps|pdf|txt|rtf)\Z", re.I)  # a site of uploads shows the file's name
_ROC = re.compile(r"\s*[(（]\s*民國\s*(?P<year>\d{1,3})\s*年\s*(?P<month>\d{1,2})\s*月\s*(?P<day>\d{1,2})\s*日\s*(?P<what>修正|公布|發布|訂定)?\s*[)）]\Z")
_WHOLE = re.compile(r"《([^《》]{8,160})》")  # a page's heading in quotes: 《某府关于印发〈某要点〉的通知》
_ENDING = re.compile(r"[。；;，,：:]\Z")


def find_titles(
    lines: tuple[Line, ...], head_end: int, claimed: set[int], quoted: set[str], *, keep_own: bool, standard: bool = False
) -> tuple[list[Fact], set[int], list[Noise], tuple[int, int] | None]:
    """Find the covering notice's title and the document's own; returns their facts and lines.

    With ``standard`` the text is one of a number such as GB/T 1.1—2020. With ``keep_own`` the document's own title is not claimed but returned as the start of a body: it is
    one of several texts under one notice.
    """
    facts: list[Fact] = []
    taken: set[int] = set()
    noise: list[Noise] = []
    index = 0
    while index < head_end:
        count = _notice_lines(lines, index, head_end, claimed)
        if not count:
            index += 1
            continue
        line, last = lines[index], lines[index + count - 1]
        repost = _REPOST.match(line.text)
        bullet = BULLET.match(line.text)
        start = line.start + (repost.end() if repost else 0)
        first = index
        if repost:
            facts.append(Fact("repost_mark", repost[0].strip(), line.start, start))
        elif bullet:
            rule = noise_rule("list-bullet")
            start += bullet.end()
            noise.append(Noise(line.start, start, rule.id, rule.reason))
        elif line.text.startswith(_BEGINS):
            # 辽宁省人力资源和社会保障厅 / 关于印发…的通知: the issuer stands on the line before, a second
            # name of it in brackets between the two.
            above = index - 1
            while above > 0 and re.fullmatch(r"[(（][^()（）。]{2,30}[)）]", lines[above].text):
                above -= 1
            if _is_issuer_line(lines, above):
                first, start = above, lines[above].start
        opening = repost or bullet
        value = "".join(close_up(x.text) if x is not line else x.text for x in lines[first : index + count])
        value = value[opening.end() :] if opening else value
        whole = _WHOLE.fullmatch(value)
        value = whole[1].replace("〈", "《").replace("〉", "》") if whole and _ABOUT.match(whole[1]) else value
        # 《关于…的意见》, which the notice itself names, is the text that it forwards.
        above = {key(fact.value) for fact in facts if fact.field == "notice_title"}
        forwarded = bool(above) and key(value) in quoted - above
        field = "title" if forwarded and not keep_own and not any(f.field == "title" for f in facts) else "notice_title"
        facts.append(Fact(field, value, start, last.end))
        taken |= set(range(first, index + count))
        index += count
    own = title_pattern()
    # 促进就业工作的若干意见 on a line of its own is the end of 国务院关于…若干意见, broken over two lines.
    notices = [re.sub(r"\s", "", fact.value) for fact in facts if fact.field == "notice_title"]
    candidates = [
        (index, line)
        for index, line in enumerate(lines[:head_end])
        if index not in claimed
        and index not in taken
        and len(line.text) <= LONGEST_TITLE
        and not _TITLE_MARKS.search(line.text)
        and not _REFERENCE.match(line.text)
        and not _COVER.fullmatch(re.sub(r"\s", "", line.text))
        and (own.match(plain := re.sub(r"\s", "", _bare(line.text))) and len(plain) >= LEAST_TITLE or key(line.text) in quoted)
        and not _CONTENTS.search(line.text)
        and recognise(line) is None
        and not any(notice.endswith(re.sub(r"\s", "", line.text)) for notice in notices)
    ]
    # 某次常务会议, which a page calls its title, above 关于召开某次常务会议的通知: the notice's own is the document's.
    first = min((fact.start or 0 for fact in facts if fact.field == "notice_title"), default=0)
    heads = [(i, x) for i, x in candidates if x.start < first and not own.match(re.sub(r"\s", "", _bare(x.text)))]
    facts.extend(Fact("page_title", line.text, line.start, line.end) for _, line in heads)
    taken |= {index for index, _ in heads}
    candidates = [pair for pair in candidates if pair not in heads]
    wrapped = _quoted_over_lines(lines, head_end, claimed | taken, quoted)
    if any(fact.field == "title" for fact in facts) or (not candidates and wrapped is None):
        return facts, taken, noise, None
    # Below a standard's number on its cover comes its title; what ends as titles do further down is what it refers to.
    place = candidates[0 if standard and not keep_own else -1][0] if candidates else 0
    index, count = wrapped if wrapped is not None else _broken(lines, place, claimed | taken)
    if wrapped is None and not keep_own and _ORDER.fullmatch(candidates[-1][1].text):
        # 某省人大常委会公告 stands between the title of the law that it publishes and the law: the law's is the document's.
        law = next((i for i, line in reversed(candidates[:-1]) if key(line.text) in quoted), None)
        if law is not None:
            order = candidates[-1][1]
            facts.append(Fact("notice_title", order.text, order.start, order.end))
            taken.add(index)
            index = law
    if keep_own:
        return facts, taken, noise, (index, count)
    chosen = lines[index : index + count]
    start = chosen[0].start
    # A page's Roman number glued to the title is not of it: II浙江省…规划.
    glued = re.match(r"[IVXivx]{1,5}(?=[\u4e00-\u9fff“])", chosen[0].text) if index == 0 else None
    if glued:
        rule = noise_rule("page-number-glued")
        noise.append(Noise(start, start + glued.end(), rule.id, rule.reason))
        start += glued.end()
    value = "".join(x.text for x in chosen)[glued.end() if glued else 0 :]
    made = _ROC.search(value)
    if made is not None:
        day = f"{int(made['year']) + 1911}-{int(made['month']):02d}-{int(made['day']):02d}"
        facts.append(Fact("amended_on" if made["what"] == "修正" else "issued_on", day, start, chosen[-1].end))
    facts.append(Fact("title", close_up(_bare(value)), start, chosen[-1].end))
    taken |= set(range(index, index + count))
    # A page shows the title above the text and in it.
    for other, line in enumerate(lines[:head_end]):
        if other not in taken and other not in claimed and key(line.text) == key(value):
            facts.append(Fact("repeated_title", line.text, line.start, line.end))
            taken.add(other)
    return facts, taken, noise, None


def _bare(title: str) -> str:
    """A title without its file's ending and without the day that a collection of laws sets behind it."""
    return _ROC.sub("", _FILE_NAME.sub("", title.strip()))


def _notice_lines(lines: tuple[Line, ...], index: int, head_end: int, claimed: set[int]) -> int:
    """Number of lines from ``index`` on that make the title of a notice (关于…的通知); 0 where none does."""
    line = lines[index]
    if index in claimed or len(line.text) > 160:
        return 0
    repost = _REPOST.match(line.text)
    if whole := _WHOLE.fullmatch(line.text):
        return int(_ABOUT.match(whole[1]) is not None)
    if _ABOUT.match(line.text) and not re.search(r"[。：:]", line.text[repost.end() if repost else 0 :]):
        return 1
    if not any(word in line.text for word in _BEGINS) or recognise(line) is not None:
        return 0
    for count in range(2, 5):
        group = lines[index : min(index + count, head_end)]
        if len(group) < count or index + count - 1 in claimed or any(len(x.text) > 50 or _ENDING.search(x.text) for x in group):
            return 0
        joined = "".join(close_up(x.text) for x in group)  # the last line is 通 知
        if _ABOUT.match(joined) and not re.search(r"[。：:；]", joined):
            return count
    return 0


def key(title: str) -> str:
    """A title without blanks and quotes: within 《》 a title's own 《》 are 〈〉."""
    return re.sub(r"[\s《》〈〉<>＜＞]", "", title)


def quoted_titles(lines: tuple[Line, ...], head_end: int, facts: Sequence[Fact], layout: Layout) -> set[str]:
    """What the head itself, the page's information table and the format call titles, as keys."""
    quoted = {key(m["title"]) for line in lines[:head_end] for m in _QUOTED.finditer(line.text)}
    told = [*layout.titles, *(fact.value for fact in facts if fact.field == "page_title")]
    for title in told:
        plain = key(re.split(r"\s*[_|]\s*|\s+[-–—]\s+", title)[0])
        if 5 <= len(plain) <= 80:
            quoted.add(plain)
    return quoted


def _quoted_over_lines(lines: tuple[Line, ...], head_end: int, taken: set[int], quoted: set[str]) -> tuple[int, int] | None:
    """The last place in the head where two to four lines together make a title that is told elsewhere."""
    found = None
    for index in range(head_end):
        for count in range(2, 5):
            group = range(index, index + count)
            if index + count > head_end or any(i in taken for i in group):
                break
            if key("".join(lines[i].text for i in group)) in quoted:
                found = index, count
    return found


def _broken(lines: tuple[Line, ...], index: int, taken: set[int]) -> tuple[int, int]:
    """Where a title begins whose last line stands at ``index``, and its lines: …五年规划 / 和二〇三五年远景目标纲要 is one title."""
    above = index - 1
    if above < 0 or above in taken or len(lines[above].text) > 50 or _TITLE_MARKS.search(lines[above].text) or recognise(lines[above]):
        return index, 1
    is_one = re.search(r"[的和与及]\Z", lines[above].text) or re.match(r"[和与及](?!谐)", lines[index].text)
    return (above, 2) if is_one else (index, 1)


def resolve_page_title(facts: list[Fact], titles: list[Fact]) -> list[Fact]:
    """What a page calls its title is the document's where the text has none of its own."""
    known = {fact.field for fact in titles}
    resolved = []
    for fact in facts:
        if fact.field == "page_title":
            field = "notice_title" if _ABOUT.match(fact.value) else "title"
            if field == "title" and "notice_title" in known and not title_pattern().match(re.sub(r"\s", "", fact.value)):
                field = "page_title"  # 名称：第8次常务会议 above 关于召开第8次常务会议的通知
            resolved.append(replace(fact, field="page_title" if field in known else field))
            known.add(field)
        else:
            resolved.append(fact)
    return resolved


def tell_repeats(facts: list[Fact]) -> list[Fact]:
    """A page shows a notice's title above the text and in it: the second is a repeat."""
    seen: set[str] = set()
    told = []
    for fact in sorted(facts, key=lambda f: f.start or 0):
        plain = re.sub(r"\s", "", fact.value)
        if fact.field == "notice_title" and plain in seen:
            fact = replace(fact, field="repeated_title")
        if fact.field == "notice_title":
            seen.add(plain)
        told.append(fact)
    return told


def _is_issuer_line(lines: tuple[Line, ...], index: int) -> bool:
    tiled = tile(lines[index]) if index >= 0 else None
    return bool(tiled and tiled[0] and not tiled[1] and all(fact.field == "agency" for fact in tiled[0]))
