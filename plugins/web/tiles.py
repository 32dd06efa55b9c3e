"""The provinces as tiles, one square each in rough geography, and the years as bars: what the home page filters with.

Pure: counts in, tiles and bars with their addresses out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

#: Where each province stands; a place on a map that is none, so that the smallest is as easy to hit as the largest.
_MAP = """
..  ..  ..  ..  ..  ..  hl
..  ..  ..  ..  ..  ..  jl
xj  gs  nx  nm  bj  tj  ln
..  qh  sn  sx  he  sd  ..
xz  sc  cq  ha  ah  js  sh
..  yn  gz  hb  jx  zj  ..
..  ..  gx  hn  gd  fj  ..
..  ..  ..  hi  ..  ..  ..
"""
PLACES = {code: (row, column) for row, line in enumerate(_MAP.split("\n")[1:-1], 1) for column, code in enumerate(line.split(), 1) if code != ".."}

NAMES = {
    "hl": "黑龙江", "jl": "吉林", "xj": "新疆", "gs": "甘肃", "nx": "宁夏", "nm": "内蒙古", "bj": "北京", "tj": "天津",
    "ln": "辽宁", "qh": "青海", "sn": "陕西", "sx": "山西", "he": "河北", "sd": "山东", "xz": "西藏", "sc": "四川",
    "cq": "重庆", "ha": "河南", "ah": "安徽", "js": "江苏", "sh": "上海", "yn": "云南", "gz": "贵州", "hb": "湖北",
    "jx": "江西", "zj": "浙江", "gx": "广西", "hn": "湖南", "gd": "广东", "fj": "福建", "hi": "海南",
}  # fmt: skip

UNDATED = "none"  # in an address: documents whose day is not known
TALLEST = 40  # of a bar, in units of the drawing
MOST_YEARS = 40  # that stand side by side with their gaps; of more only those that have documents


@dataclass(frozen=True)
class Narrowed:
    """What a list of documents is narrowed to: a province's code and a year (or ``UNDATED``), each perhaps none."""

    province: str | None = None
    year: str | None = None

    def turn(self, facet: str, value: str) -> Narrowed:
        """Narrow to a value, or no longer where it is the one."""
        now = {"province": self.province, "year": self.year}
        return Narrowed(**{**now, facet: None if now[facet] == value else value})

    def path(self, page: str = "/", number: int = 1) -> str:
        """Return the address of a page so narrowed."""
        asked = {"province": self.province, "year": self.year, "page": number if number > 1 else None}
        query = urlencode({name: value for name, value in asked.items() if value})
        return f"{page}?{query}" if query else page


def lay_tiles(counts: list[dict[str, Any]], asked: Narrowed, page: str = "/") -> dict[str, list[dict[str, Any]]]:
    """Lay out the provinces: ``{"placed": [{"code", "name", "n", "row", "column", "path", "chosen"}], "others": [...]}``.

    ``counts`` are ``[{"province_code", "province", "year", "n"}]``. A tile counts what its address would list: within
    the year that is asked for. ``others`` are codes without a place on the map (the state as a whole, say).
    """
    n: dict[str, int] = {}
    names: dict[str, str] = {}
    for row in counts:
        names[row["province_code"]] = row["province"]
        if asked.year in (None, row["year"]):
            n[row["province_code"]] = n.get(row["province_code"], 0) + row["n"]

    def tile(code: str, name: str) -> dict[str, Any]:
        chosen = code == asked.province
        return {"code": code, "name": name, "n": n.get(code, 0), "path": asked.turn("province", code).path(page), "chosen": chosen}

    placed = [{**tile(code, NAMES[code]), "row": row, "column": column} for code, (row, column) in PLACES.items()]
    return {"placed": placed, "others": [tile(code, name) for code, name in names.items() if code and code not in PLACES]}


def draw_years(counts: list[dict[str, Any]], asked: Narrowed, page: str = "/") -> list[dict[str, Any]]:
    """Draw the years as bars: ``[{"year", "n", "height", "path", "chosen"}]``, gaps included, what is undated last."""
    n: dict[str, int] = {}
    for row in counts:
        if asked.province in (None, row["province_code"]):
            n[row["year"]] = n.get(row["year"], 0) + row["n"]
    known = sorted({int(row["year"]) for row in counts if row["year"] != UNDATED})
    if known and known[-1] - known[0] < MOST_YEARS:
        known = list(range(known[0], known[-1] + 1))
    years = [str(year) for year in known] + [UNDATED] * any(row["year"] == UNDATED for row in counts)
    most = max(n.values(), default=1)
    return [
        {
            "year": year,
            "n": n.get(year, 0),
            "height": -(-n.get(year, 0) * TALLEST // most),
            "path": asked.turn("year", year).path(page),
            "chosen": year == asked.year,
        }
        for year in years
    ]
