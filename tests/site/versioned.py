"""A corpus with a second version, a withdrawn document and a renamed provision, made from the real one."""

from __future__ import annotations

import shutil
from pathlib import Path

from ingest.build import build
from tests.site.conftest import LIAONING, ROOT, SHANXI

NOTE = "更正后的文本"
REASON = "行动期满，文件自行失效"


def build_versioned(folder: Path) -> Path:
    """Build version 1 of the corpus, then version 2 of Liaoning's plan, as time would; return the database.

    Version 2 drops （九）, so that （十） becomes （九）, and （三十八）, the last one; puts a new （十） into part 4; and
    changes words of （十四）.
    """
    corpus, db = folder / "corpus", folder / "kb.db"
    shutil.copytree(ROOT / "corpus", corpus)
    build(corpus, db)
    document = corpus / LIAONING
    text = (document / "v1.txt").read_text(encoding="utf-8")
    (document / "v2.txt").write_text(_revise(text), encoding="utf-8")
    (document / "document.yml").write_text(
        f"versions:\n  v1: {{captured_on: 2022-06-20}}\n  v2: {{captured_on: 2024-03-01, note: {NOTE}}}\n", encoding="utf-8"
    )
    with (corpus / SHANXI / "document.yml").open("a", encoding="utf-8") as file:
        file.write(f"\nwithdrawn_on: {{value: 2023-01-01, reason: {REASON}}}\n")
    (corpus / "corpus.yml").write_text('name: 文件库\nversion: "1.1"\n', encoding="utf-8")
    build(corpus, db)
    return db


def _revise(text: str) -> str:
    start, end = text.index("(九)开展康养"), text.index("(十)科学规范")
    text = text[:start] + text[end:]
    text = "".join(line for line in text.splitlines(keepends=True) if "(三十八)加强宣传引导" not in line)
    for old, new in [
        ("(十)科学规范组织创业培训", "(九)科学规范组织创业培训"),
        ("(十一)大力开展企业职工", "(十)推进人工智能培训。面向制造业企业开展人工智能应用培训。\n\n  (十一)大力开展企业职工"),
        ("推动公共实训基地开放公共资源", "推动公共实训基地免费开放"),
    ]:
        assert text.count(old) == 1, old
        text = text.replace(old, new)
    return text
