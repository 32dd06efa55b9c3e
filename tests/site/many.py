"""A corpus of more documents than a list or a table has room for: 44 short plans, of which six word two measures alike."""

from __future__ import annotations

import json
import shutil
import sqlite3
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


#: Facts beyond those that the short plans hold: 20 documents with a target, an agency with 200 duties in one province.
WITH_TARGET, DUTIES = 20, 200
BUSY, QUIET = "ah", "bj"


def add_facts(db: Path, folder: Path) -> None:
    """Copy the database of ``build_many`` into a folder, and add facts by the hundred."""
    shutil.copy(db, folder / "kb.db")
    with sqlite3.connect(folder / "kb.db") as connection:
        provisions = dict(connection.execute("select document_id, min(id) from provisions where kind = 'clause' group by document_id order by document_id"))
        rows = {
            "agencies": [dict(id="a1", name="人力资源和社会保障部门", forms="[]")],
            "responsibilities": [
                dict(document_id=document, provision_id=provisions[document], start=0, end=2, agency_id="a1", agency="甲", agency_printed="甲", role="lead", seq=n,
                     form="sentence")
                for document, times in ((f"{BUSY}-2012-guihua", DUTIES), (f"{QUIET}-2012-guihua", 3)) for n in range(times)
            ],
            "indicator_concepts": [dict(id="c1", name="培训人次", note=None), dict(id="c2", name="取证人数", note=None)],
            "indicators": [
                dict(id=f"{provision}__{concept}", document_id=document, provision_id=provision, name=concept, value=100 + n, value_text="1", unit="人", op="=",
                     concept_id=concept, seq=n)
                for n, (document, provision) in enumerate(list(provisions.items())[:WITH_TARGET]) for concept in ("c1", "c2")[: 2 if document in ALIKE else 1]
            ],
            "themes": [dict(id="t1", group_id="g", group_name="组", name="主题甲", seq=0)],
            "provision_themes": [
                dict(provision_id=f"{code}-2012-guihua__x{n}", theme_id="t1", score=1, origin="model", evidence="[]", rank=0)
                for code, times in ((BUSY, 640), (QUIET, 40)) for n in range(times)
            ],
        }  # fmt: skip
        for table, some in rows.items():
            for row in some:
                names, marks = ", ".join(f'"{name}"' for name in row), ", ".join("?" * len(row))
                connection.execute(f"insert into {table}({names}) values ({marks})", list(row.values()))
    connection.close()
