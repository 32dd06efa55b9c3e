"""A comparison written by hand, of the shape that query.compare returns."""

from __future__ import annotations

from typing import Any

from query.comparison_words import Names

NAMES = Names(
    kinds={"clause": "条款"},
    rows={"same": "相同", "changed": "都有", "part": "部分有", "alone": "独有", "loose": "移位"},
    strips={"figures": "数量", "agencies": "机构", "force": "力度用语"},
    forces={"must": "必须、应当、要", "encourage": "鼓励、支持、引导"},
    roles={("lead", "bracket"): "牵头", ("support", "bracket"): "参加"},
    figures={"target": "目标", "existing": "现有"},
)
BUILD = {"corpus_version": "2.3", "corpus_released_on": "2026-05-01", "corpus_sha256": "c0ffee", "corpus_name": "政策文件库"}


def absolute(path: str) -> str:
    return f"https://kb.example.org{path}"


def make_column(n: int, province: str, text: str, **changes: Any) -> dict[str, Any]:
    document_id = f"d{n}-2022-x"
    return {
        "n": n,
        "name": province,
        "p": f"{document_id}/part_1__cl_{n}",
        "provision_id": f"{document_id}__part_1__cl_{n}",
        "document_id": document_id,
        "eid": f"part_1__cl_{n}",
        "kind": "clause",
        "province_code": f"p{n}",
        "province": province,
        "document": {
            "id": document_id,
            "title": f"{province}规划",
            "title_supplied": False,
            "doc_number": f"某政发〔2022〕{n}号",
            "issuers": [f"{province}人民政府", f"{province}财政厅"],
            "issued_on": f"2022-06-0{n}",
            "published_on": None,
        },
        "date": f"2022-06-0{n}",
        "version": 1,
        "label": f"一、总则 › （{n}）学徒",
        "short": f"（{n}）学徒",
        "address": f"/d/{document_id}/part_1__cl_{n}",
        "pinned": f"/d/{document_id}@v1/part_1__cl_{n}",
        "text": text,
        "sentences": 1,
        "boxes": [],
        "shared": {"all": 3, "some": 2, "one": 1, "total": 6},
        **changes,
    }


def make_sentence(n: int, start: int, *pieces: tuple[str, str | None], row: int = 1, moved: bool = False, stock: bool = False) -> dict[str, Any]:
    text = "".join(words for words, _ in pieces)
    return {
        "n": n,
        "start": start,
        "end": start + len(text),
        "text": text,
        "row": row,
        "moved": moved,
        "pieces": [{"text": words, "share": share, "stock": stock} for words, share in pieces],
    }


def make_cell(*sentences: dict[str, Any], elsewhere: tuple[int, ...] = ()) -> dict[str, Any]:
    return {"sentences": list(sentences), "elsewhere": list(elsewhere)}


def make_comparison(**changes: Any) -> dict[str, Any]:
    """Three columns: a row that all have, one that two have (in one of them moved), one that one has."""
    columns = [
        make_column(1, "甲省", "（1）学徒\n要培训5万人。=要先给补贴。"),
        make_column(2, "乙省", "（2）学徒\n=要先给补贴。要培训六万人。"),
        make_column(3, "丙市", "（3）学徒\n鼓励企业办班。", boxes=[{"eid": "box_1", "label": "专栏1 工程", "p": "d3-2022-x/box_1", "address": "/d/d3-2022-x/box_1"}]),
    ]
    rows = [
        {"n": 1, "kind": "same", "cells": [make_cell(make_sentence(1, 0, (f"（{n}）", None), ("学徒\n", "all"))) for n in (1, 2, 3)]},
        {
            "n": 2,
            "kind": "part",
            "cells": [
                make_cell(make_sentence(2, 6, ("要培训", "some"), ("5万", "one"), ("人。", "some"), row=2)),
                make_cell(make_sentence(3, 13, ("要培训", "some"), ("六万", "one"), ("人。", "some"), row=2, moved=True)),
                None,
            ],
        },
        {
            "n": 3,
            "kind": "part",
            "cells": [
                make_cell(make_sentence(3, 13, ("=要先给补贴。", "some"), row=3)),
                make_cell(make_sentence(2, 6, ("=要先给补贴。", "some"), row=3)),
                None,
            ],
        },
        {"n": 4, "kind": "alone", "cells": [None, None, make_cell(make_sentence(2, 6, ("鼓励企业办班。", "one"), row=4))]},
    ]
    figure = {"value_to": None, "unit": "人", "op": "≥", "kind": "target", "year": "2025", "tentative": 0, "subject": "培训"}
    strips = [
        {
            "id": "figures",
            "rows": [
                {
                    "label": "培训",
                    "unit": "人",
                    "cells": [
                        [{**figure, "text": "5万人", "value": 50000.0, "source": "quantity", "start": 9, "end": 12, "row": 2}],
                        [{**figure, "text": "6", "value": 60000.0, "source": "indicator", "tentative": 1, "start": None, "end": None, "row": None}],
                        [],
                    ],
                }
            ],
        },
        {
            "id": "agencies",
            "rows": [
                {
                    "label": "教育部门",
                    "unit": None,
                    "id": "edu",
                    "cells": [[], [{"text": "省教育厅", "role": "lead", "form": "bracket", "start": 6, "end": 10}] * 2, []],
                }
            ],
        },
        {"id": "force", "rows": [{"label": "encourage", "unit": None, "cells": [[], [], [{"text": "鼓励", "count": 1, "spans": [[6, 8]]}]]}]},
    ]
    return {
        "path": "/compare?p=d1-2022-x/part_1__cl_1",
        "query": "p=d1-2022-x/part_1__cl_1",
        "title": "学徒：甲省、乙省、丙市三条并列",
        "view": [],
        "measure": None,
        "columns": columns,
        "rows": rows,
        "hidden": 0,
        "strips": strips,
        "remarks": [],
        **changes,
    }
