"""The site as its readers meet it: Datasette's in-process client over a database built from the corpus."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import threading
import time
from contextlib import contextmanager
from pathlib import Path

import pytest
import uvicorn
from bs4 import BeautifulSoup
from datasette.app import Datasette

from ingest.build import build

ROOT = Path(__file__).resolve().parents[2]

LIAONING = "ln-2022-zhiye-jineng-peixun"
CHONGQING = "cq-2021-zhiye-jineng-peixun"
HEBEI = "he-2022-zhiye-jineng-peixun"
SHANXI = "sx-2019-jineng-tisheng"


class Site:
    """A site over one database; its requests run in one event loop of its own."""

    def __init__(self, db: Path | None):
        self.datasette = serve(db)
        self.loop = asyncio.new_event_loop()

    def get(self, path: str):
        """Request a path and return the response; redirects are not followed."""
        return self.loop.run_until_complete(self.datasette.client.get(path))

    def page(self, path: str, status: int = 200) -> BeautifulSoup:
        """Request a path, hold it to a status, and return the page."""
        response = self.get(path)
        assert response.status_code == status, f"{path}: {response.status_code}"
        return BeautifulSoup(response.text, "html.parser")

    def head(self, path: str):
        return self.loop.run_until_complete(self.datasette.client.head(path))

    def close(self) -> None:
        self.datasette.executor.shutdown()
        for database in self.datasette.databases.values():
            database.close()
        self.loop.close()


def serve(db: Path | None) -> Datasette:
    """Return the site over a database, configured as ``datasette .`` configures it, but with the patience of a busy machine."""
    settings = json.loads((ROOT / "settings.json").read_text(encoding="utf-8"))
    return Datasette(
        files=[str(db)] if db else [],
        metadata=json.loads((ROOT / "metadata.json").read_text(encoding="ascii")),
        settings={**settings, "sql_time_limit_ms": 30_000, "facet_time_limit_ms": 30_000},
        template_dir=str(ROOT / "templates"),
        plugins_dir=str(ROOT / "plugins"),
        static_mounts=[("static", str(ROOT / "static"))],
    )


def open_site(db: Path | None):
    site = Site(db)
    yield site
    site.close()


@pytest.fixture(scope="session")
def site(site_db: Path):
    """The site over the whole corpus."""
    yield from open_site(site_db)


@pytest.fixture(scope="session")
def origin(site_db: Path):
    """The site on a free port of a real server, in a thread."""
    with serve_on_a_port(site_db) as address:
        yield address


@contextmanager
def serve_on_a_port(db: Path):
    """Serve a database on a free port of a real server, in a thread; yields its origin."""
    server = uvicorn.Server(uvicorn.Config(serve(db).app(), host="127.0.0.1", port=0, log_level="critical"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.02)
    yield "http://127.0.0.1:{}".format(server.servers[0].sockets[0].getsockname()[1])
    server.should_exit = True
    thread.join(timeout=5)


HOSTILE_ID = "ln-2030-hostile"
HOSTILE_WORDS = '\'"><script>alert(1)</script><img>'
HOSTILE_TEXT = f"""某省{HOSTILE_WORDS}规划

一、总体{HOSTILE_WORDS}要求

(一)指导{HOSTILE_WORDS}思想。甲乙丙{HOSTILE_WORDS}丁。

(二)[点这里](javascript:alert(3))。&lt;b&gt;{{{{ 7*7 }}}}戊己庚。

(三)=1+1，甲乙丙。辰巳。

(四)＝SUM(A1)与{HOSTILE_WORDS}。甲乙丙午未。

(五)-2+3+cmd。甲乙丙申酉。

(六)@甲乙丙。戌亥。

专栏1 专{HOSTILE_WORDS}栏

1.第一项{HOSTILE_WORDS}。壬癸。

2.第二项。子丑。
"""
HOSTILE_FACTS = {
    "title": f"题名{HOSTILE_WORDS}",
    "doc_number": f"号{HOSTILE_WORDS}",
    "issuers": [f"机关{HOSTILE_WORDS}"],
}


def add_hostile_facts(connection: sqlite3.Connection) -> None:
    """Put the hostile words wherever a fact or a vocabulary can hold some; a second document makes targets comparable."""
    clause, paragraph = f"{HOSTILE_ID}__part_1__cl_1", f"{HOSTILE_ID}__part_1__cl_1__para_1"
    words, listed = HOSTILE_WORDS, json.dumps([HOSTILE_WORDS])
    start, end, text = connection.execute(
        "select p.start, p.own_end, v.text from provisions p join versions v on v.id = p.version_id where p.id = ?", [paragraph]
    ).fetchone()
    place = text.index(words, start)
    assert place + len(words) <= end
    span = {"document_id": HOSTILE_ID, "provision_id": paragraph, "start": place, "end": place + len(words)}
    other = "ln-2031-other"
    connection.execute("insert into documents(id, province_code, province, title, issuers) values (?, 'ln', '辽', '乙', '[]')", [other])
    facts = {
        "themes": [dict(id="t1", group_id="g", group_name=f"组{words}", name=f"主题{words}", scope=words, seq=0)],
        "provision_themes": [dict(provision_id=clause, theme_id="t1", score=0.7, origin="model", evidence=listed, rank=0)],
        "quantities": [dict(span, id=1, text=words, value=1, unit=words, op="=", kind="target", subject=words, year=words, tentative=1)],
        "agencies": [dict(id="a1", name=words, forms=listed)],
        "responsibilities": [dict(span, agency_id="a1", agency=words, agency_printed=words, role="lead", seq=0, form="bracket")],
        "citations": [dict(span, id=1, title=words, doc_number=words)],
        "audiences": [dict(id="x", name=words)],
        "provision_audiences": [dict(provision_id=clause, audience_id="x", words=listed)],
        "provision_force": [dict(provision_id=clause, force="must", word=words, count=1)],
        "indicator_concepts": [dict(id="c1", name=words, note=words)],
        "indicators": [
            dict(id=f"i{n}", document_id=document_id, provision_id=clause, name=words, value=n, value_text=words, unit=words, op="≥",
                 concept_id="c1", period=words, nature=words, seq=0)
            for n, document_id in enumerate([HOSTILE_ID, other], 1)
        ],
        "facets": [dict(facet="theme", value="t1", label=words, token="theme1"), dict(facet="doc", value=other, label="乙", token="doc9", code=9)],
        "unit_facets": [dict(unit_id=unit, facet="theme", value="t1") for unit, in connection.execute("select id from search_units").fetchall()],
    }  # fmt: skip
    for table, rows in facts.items():
        for row in rows:
            names, marks = ", ".join(f'"{name}"' for name in row), ", ".join("?" * len(row))
            connection.execute(f"insert or replace into {table}({names}) values ({marks})", list(row.values()))


@pytest.fixture(scope="session")
def versioned_db(build_once) -> Path:
    """A database with a second version, a withdrawn document and a renamed provision, beside the corpus it is built from."""
    from tests.site.versioned import build_versioned

    return build_once("versioned", build_versioned)


@pytest.fixture(scope="session")
def versioned(versioned_db: Path):
    """The site over that database."""
    yield from open_site(versioned_db)


@pytest.fixture(scope="session")
def many(many_db: Path):
    """The site over that database."""
    yield from open_site(many_db)


def build_hostile(folder: Path) -> None:
    """Build a document that tries to run scripts from everywhere a source can speak."""
    document = folder / "corpus" / HOSTILE_ID
    document.mkdir(parents=True)
    (document / "v1.txt").write_text(HOSTILE_TEXT, encoding="utf-8")
    (document / "document.yml").write_text(json.dumps(HOSTILE_FACTS, ensure_ascii=False), encoding="utf-8")
    build(folder / "corpus", folder / "kb.db")
    with sqlite3.connect(folder / "kb.db") as connection:  # the build itself would refuse this address
        connection.execute("update documents set source_url = 'javascript:alert(4)'")
        add_hostile_facts(connection)
    connection.close()


@pytest.fixture(scope="session")
def hostile_site(build_once):
    """A site over one document that tries to run scripts from everywhere a source can speak."""
    yield from open_site(build_once("hostile", build_hostile))
