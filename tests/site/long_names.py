"""A corpus of names as long as they come: all 31 provinces, 60 characters of title, agencies of twelve, marks that turn the writing round."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

from ingest.build import build
from plugins.web.tiles import NAMES

DOCUMENT = "xj-2024-chang-mingcheng"
TITLE = "新疆维吾尔自治区人力资源和社会保障厅等十二部门关于印发《新疆维吾尔自治区“十四五”时期职业技能培训高质量发展行动实施方案》的通知"
AGENCY = "自治区退役军人事务服务中心"
RIGHT_TO_LEFT, ZERO_WIDTH, UNBROKEN = "\u202e倒写\u202c", "零\u200b宽\u200d字\ufeff符", "https://example.cn/" + "a" * 180
TEXT = f"""{TITLE}

一、{TITLE}

(一){"建立健全覆盖城乡全体劳动者的终身职业技能培训制度体系" * 3}。甲乙丙{RIGHT_TO_LEFT}丁。{ZERO_WIDTH}戊。由{AGENCY}牵头。

(二)网址。{UNBROKEN}，见上。العربية والصينية 甲乙。

专栏1 {"重点工程和行动计划" * 6}

1.{"第一项内容很长" * 8}。壬癸。

二、保障措施

(三)加强领导。各级{AGENCY}要落实责任。
"""


def make_long_site(folder: Path) -> Path:
    """Build the corpus in a folder and return its kb.db: one document with text, and in its list many more a province."""
    document = folder / "corpus" / DOCUMENT
    document.mkdir(parents=True, exist_ok=True)
    (document / "v1.txt").write_text(TEXT, encoding="utf-8")
    facts = {"title": TITLE, "doc_number": "新人社发〔2024〕12345号", "issuers": [f"{AGENCY}{n}" for n in "甲乙丙丁戊己庚辛壬癸子丑"], "issued_on": "2024-03-01"}
    (document / "document.yml").write_text(json.dumps(facts, ensure_ascii=False), encoding="utf-8")
    db = folder / "kb.db"
    build(folder / "corpus", db)
    with sqlite3.connect(db) as connection:
        for n, (code, name) in enumerate(NAMES.items()):
            for year in range(2006, 2025):
                if (n + year) % 3:
                    row = {
                        "id": f"{code}-{year}-fabricated", "province_code": code, "province": f"{name}特别长名称自治区" if n % 5 == 0 else f"{name}省",
                        "title": f"{name}{TITLE[8:]}{RIGHT_TO_LEFT if n % 7 == 0 else ''}{ZERO_WIDTH}", "title_supplied": n % 2,
                        "doc_number": f"{name}发〔{year}〕{n}号", "doc_type": "规划", "issuers": json.dumps([AGENCY] * (n % 4), ensure_ascii=False),
                        "issued_on": f"{year}-01-01" if year % 6 else None,
                    }  # fmt: skip
                    names, marks = ", ".join(row), ", ".join("?" * len(row))
                    connection.execute(f"INSERT INTO documents({names}) VALUES ({marks})", list(row.values()))
        connection.execute("UPDATE documents SET province = ? WHERE id = ?", ["新疆维吾尔自治区", DOCUMENT])
    connection.close()
    return db
