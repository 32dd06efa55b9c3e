"""Random and hostile queries: a seeded generator, and a run of them through the site.

``python -m tests.site.hostile 10000`` asks them all of the corpus's site and says what failed and what was slow.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import quote

ANSWERS = (200, 400, 414)  # found or not; not understood; an address too long to be read
SLOWEST = 2.0  # seconds
LONGEST_PATH = 40_000

_WORDS = ["培训", "学徒", "补贴", "岗", "数字技能", "农民工", "技能大师工作室", "5G", "150万", "互联网+", "APP", "的", "a", "1", "龘"]
_OPERATORS = ["AND", "OR", "NOT", "NEAR", "NEAR(", "NEAR/3", "^", "*", "+", "-", "--", "－", ":", "：", "(", ")", "（", "）", "{", "}",
              "[", "]", '"', "“", "”", "''", "'", "|", "||", "｜", "~", "\\", "/", "%", "_", ",", ".", ";", "<", ">", "=", "!", "?", "#"]  # fmt: skip
_FIELDS = ["province", "地区", "year", "年份", "kind", "层级", "type", "文种", "agency", "机构", "doc", "文件", "theme", "主题",
           "heading", "body", "facets", "words", "rowid", "search_index", "nothing", "{heading body}"]  # fmt: skip
_SQL = ["'; drop table documents; --", "1 or 1=1", "' union select * from sqlite_master --", "select load_extension('x')",
        "); attach database '/tmp/x' as x; --", "\" OR \"\"=\"", "x' AND randomblob(1000000000) --"]  # fmt: skip
_ODD = ["\x00", "\x00培训", "培\x00训", "\u200b", "\u202e", "\ufeff", "\ud800", "🙂", "👨‍👩‍👧‍👦", "é", "e\u0301", "ﬁ", "㈱", "①", "〇", "𠮷", "㍿",
        "ｔｒａｉｎｉｎｇ", "\r\n", "\t", "\u2028", "\u3000", "a\u0300" * 50, "İ", "ß", "ﷺ", "\U000e0001", "<script>alert(1)</script>",
        "{{7*7}}", "${7*7}", "../../etc/passwd", "%00", "%s%n", "facets : all", "all", "province0", "kind6", "syn1"]  # fmt: skip


def hostile_queries(count: int, seed: int = 0) -> Iterator[str]:
    """Yield so many queries, the same for a seed: operators, quotes, fields, SQL, odd characters, and all of it at once."""
    draw = random.Random(seed)
    makers = [_operators, _quotes, _fields, _sql, _odd, _long, _soup, _plain]
    for position in range(count):
        yield makers[position % len(makers)](draw)


def hostile_paths(count: int, seed: int = 0) -> Iterator[str]:
    """Yield paths that ask these queries of the search page, the exports, the stock tables and the canned queries."""
    draw = random.Random(seed + 1)
    for q in hostile_queries(count, seed):
        while len(_escape(q)) > LONGEST_PATH:  # httpx refuses to ask for more, as servers do
            q = q[: len(q) // 2]
        asked = f"q={_escape(q)}"
        for name in draw.sample(["province", "year", "kind", "type", "agency", "doc", "scope", "sort", "after", "limit"], draw.randint(0, 3)):
            value = draw.choice(["ln", "box", "2022", "document", "date", "20", "-1", "9" * 30, "", q[:40], draw.choice(_ODD), draw.choice(_SQL)])
            asked += f"&{name}={_escape(value)}"
        door = draw.random()
        if door < 0.72:
            yield f"/search?{asked}"
        elif door < 0.88:
            yield f"/search.{draw.choice(['csv', 'json', 'jsonl', 'xlsx'])}?{asked}"
        elif door < 0.94:
            yield f"/kb/{draw.choice(['provisions', 'clauses', 'boxes'])}.json?_size=5&_search={_escape(q)}"
        else:
            yield f"/kb/{draw.choice(['search', 'compare'])}.json?{asked}"


@dataclass(frozen=True)
class Outcome:
    path: str
    status: int
    seconds: float

    @property
    def is_bad(self) -> bool:
        return self.status not in ANSWERS or self.seconds > SLOWEST


def ask_all(get, paths: Iterable[str]) -> list[Outcome]:
    """Ask each path with ``get`` (a function from path to response) and return how it went."""
    outcomes = []
    for path in paths:
        begun = time.perf_counter()
        status = get(path).status_code
        outcomes.append(Outcome(path, status, time.perf_counter() - begun))
    return outcomes


def _escape(text: str) -> str:
    return quote(text.encode("utf-8", "surrogatepass"), safe="")


def _operators(draw: random.Random) -> str:
    return draw.choice(["", " "]).join(draw.choice(_OPERATORS + _WORDS[:4]) for _ in range(draw.randint(1, 12)))


def _quotes(draw: random.Random) -> str:
    return "".join(draw.choice(['"', "“", "”", "「", "」", "'", " ", "-", *_WORDS]) for _ in range(draw.randint(1, 15)))


def _fields(draw: random.Random) -> str:
    value = [*_WORDS, "", '"', "辽宁", "2022", "专栏", "*", ":", "-", "a:b"]
    return " ".join(
        draw.choice(["", "", "-"]) + draw.choice(_FIELDS) + draw.choice([":", "：", " : "]) + draw.choice(value)
        for _ in range(draw.randint(1, 5))
    )


def _sql(draw: random.Random) -> str:
    return draw.choice(["", "培训 "]) + draw.choice(_SQL)


def _odd(draw: random.Random) -> str:
    return "".join(draw.choice(_ODD + _WORDS[:5]) for _ in range(draw.randint(1, 6)))


def _long(draw: random.Random) -> str:
    piece = draw.choice(["培训", "培训 ", "甲乙丙 OR ", '"', "-学徒 ", "(", "地区:辽宁 ", "a", "a ", "岗 ", "的 OR ", "\x00"])
    return piece * draw.choice([50, 200, 1000, 3000])


def _soup(draw: random.Random) -> str:
    everything = _WORDS + _OPERATORS + _SQL + _ODD + [f"{field}:" for field in _FIELDS] + [" "] * 20
    return "".join(draw.choice(everything) for _ in range(draw.randint(1, 40)))


def _plain(draw: random.Random) -> str:
    """Any characters at all."""
    return "".join(chr(draw.choice([draw.randrange(0x20, 0x7F), draw.randrange(0x4E00, 0x9FA6), draw.randrange(0x110000)])) for _ in range(draw.randint(0, 30)))


if __name__ == "__main__":
    import sys
    from tests.site.conftest import ROOT, Site

    site = Site(ROOT / "kb.db")
    site.get("/search?q=培训")
    number = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    done = ask_all(site.get, hostile_paths(number))
    site.close()
    times = sorted(outcome.seconds for outcome in done)
    statuses = {status: sum(o.status == status for o in done) for status in sorted({o.status for o in done})}
    print(f"{len(done)} requests: {statuses}; median {times[len(times) // 2] * 1000:.1f} ms,"
          f" p99 {times[int(len(times) * 0.99)] * 1000:.0f} ms, slowest {times[-1] * 1000:.0f} ms")  # fmt: skip
    for outcome in [outcome for outcome in done if outcome.is_bad][:20]:
        print(f"BAD {outcome.status} {outcome.seconds:.2f} s {outcome.path[:300]}")
    sys.exit(any(outcome.is_bad for outcome in done))
