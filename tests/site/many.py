"""A corpus of more documents than a list or a table has room for: 44 short plans, of which six word two measures alike."""

from __future__ import annotations

import json
from pathlib import Path

from ingest.build import build
from plugins.web.tiles import NAMES

MANY = 44
#: Of six provinces, and none of the newest: what opens a table because it is new is not among them.
ALIKE = tuple(f"{code}-2012-guihua" for code in ("ah", "bj", "fj", "gd", "gs", "gx"))
SHARED = (
    ("推行企业新型学徒制", "组织企业与技工院校联合培养学徒，每年培训新型学徒三万人，由人力资源和社会保障部门按规定给予补贴。"),
    ("建设公共实训基地", "在产业集聚区建设一批公共实训基地，面向城乡劳动者开放，每个基地每年承担实训五千人次。"),
)
_MATTERS = ("稻谷收储", "航道疏浚", "博物馆藏品", "森林防火", "海岛渔业", "污水处理", "地震台网", "戏曲传承", "公路养护", "奶牛良种")
_DEEDS = ("查清家底并造册登记", "修订规程以后逐级备案", "购置仪器再行检定", "按季通报进展情形", "聘请专家开展评估")


def build_many(folder: Path) -> None:
    """Build the corpus in a folder; its database is kb.db there."""
    codes = sorted(NAMES)
    for n in range(MANY):
        code = codes[n % len(codes)]
        id_ = f"{code}-2012-guihua" if f"{code}-2012-guihua" in ALIKE and n < len(codes) else f"{code}-{2014 + n % 9}-guihua-{n}"
        matter, deed = _MATTERS[n % 10], _DEEDS[n % 5]
        clauses = SHARED if id_ in ALIKE else ((f"{matter}工作", f"对{matter}{deed}，编号{n}。"), (f"{matter}经费", f"{matter}所需经费在第{n}号账目列支。"))
        folder_of = folder / "corpus" / id_
        folder_of.mkdir(parents=True)
        text = "\n\n".join([f"{NAMES[code]}第{n}号规划", "一、主要任务", *(f"（{'一二'[i]}）{heading}。{words}" for i, (heading, words) in enumerate(clauses))])
        (folder_of / "v1.txt").write_text(text + "\n", encoding="utf-8")
        facts = {"title": f"{NAMES[code]}第{n}号规划", "issued_on": f"{id_[3:7]}-03-{n % 28 + 1:02}"}
        (folder_of / "document.yml").write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")
    build(folder / "corpus", folder / "kb.db")
