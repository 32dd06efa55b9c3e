"""A build that comes in while the site serves: no request fails, none sees half of each, the new one is soon there."""

from __future__ import annotations

import io
import os
import shutil
import sqlite3
import threading
import time
from pathlib import Path

import httpx
import openpyxl
import pytest
import uvicorn
from cn2an import an2cn

from ingest.build import build
from tests.site.conftest import Site, serve
from tests.site.test_doors import Model

ID = "ln-2030-swap"
CLAUSES, PARTS = 260, 13  # an export of several pieces
MARKS = ("先前", "其后")
PATHS = ("/", f"/d/{ID}", f"/d/{ID}/part_1__cl_7", f"/d/{ID}.json", f"/d/{ID}.txt", "/search?q=技能", "/search.csv?q=技能",
         "/search.json?q=技能", "/search.jsonl?q=技能", "/search.xlsx?q=技能", "/kb/provisions.json?_size=200", "/kb/provisions.csv?_stream=1")  # fmt: skip


@pytest.fixture(scope="module")
def builds(tmp_path_factory) -> list[Path]:
    """Two databases of the same provisions in other words; every provision of either bears its mark."""
    found = []
    for mark in MARKS:
        folder = tmp_path_factory.mktemp("built")
        document = folder / "corpus" / ID
        document.mkdir(parents=True)
        lines = [f"{mark}规划"]
        for part in range(1, PARTS + 1):
            lines += [f"{an2cn(part)}、重点任务", *(f"（{an2cn(n)}）开展{mark}技能培训。" for n in range(1, CLAUSES // PARTS + 1))]
        (document / "v1.txt").write_text("\n\n".join(lines), encoding="utf-8")
        (document / "document.yml").write_text(f"title: {mark}规划\n", encoding="utf-8")
        (folder / "corpus" / "corpus.yml").write_text(f"name: {mark}库\nversion: {mark}\n", encoding="utf-8")
        build(folder / "corpus", folder / "kb.db")
        found.append(folder / "kb.db")
    return found


def bring_in(new: Path, place: Path) -> None:
    """Put a database in the place of another as a build does."""
    beside = place.with_name("kb.db.beside")
    shutil.copyfile(new, beside)
    os.replace(beside, place)


@pytest.fixture
def running(builds, tmp_path):
    """A server over a database that may be swapped: its address and the database's place."""
    place = tmp_path / "kb.db"
    bring_in(builds[0], place)
    datasette = serve(place)
    server = uvicorn.Server(uvicorn.Config(datasette.app(), host="127.0.0.1", port=0, log_level="critical"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive(), "the server did not start"
        time.sleep(0.02)
    yield "http://127.0.0.1:{}".format(server.servers[0].sockets[0].getsockname()[1]), place
    server.should_exit = True
    thread.join(timeout=5)
    datasette.databases["kb"].close()


def test_swaps_under_load_fail_and_mix_nothing(running, builds):
    address, place = running
    problems: list[str] = []
    answered = {mark: 0 for mark in MARKS}
    is_over = threading.Event()

    def hammer(first: int) -> None:
        with httpx.Client(base_url=address, timeout=30) as client:
            n = first
            while not is_over.is_set():
                path = PATHS[n % len(PATHS)]
                n += 1
                try:
                    mark = _read_mark(client.get(path))
                except Exception as error:  # whatever it is, it is a request that failed
                    problems.append(f"{path}: {error!r}")
                else:
                    answered[mark] += 1

    threads = [threading.Thread(target=hammer, args=(n * 3,)) for n in range(4)]
    for thread in threads:
        thread.start()
    try:
        for swap in range(4):  # there, back, and there again, each while every path is asked for
            if swap:
                bring_in(builds[swap % 2], place)
            mark = MARKS[swap % 2]
            enough = answered[mark] + len(PATHS)
            wait_until(lambda: problems or answered[mark] > enough)
    finally:
        is_over.set()
        for thread in threads:
            thread.join(timeout=60)
    assert problems == []


def test_new_content_is_soon_served(running, builds):
    """A second as a rule (docs/deploy.md), which is for a quiet machine to measure."""
    address, place = running
    httpx.get(f"{address}/search?q=技能")
    bring_in(builds[1], place)
    wait_until(lambda: MARKS[1] in httpx.get(f"{address}/d/{ID}.txt").text)


def wait_until(is_so, seconds: float = 60) -> None:
    """Wait for what is soon so on any machine; one that is busy only takes longer to say that it is not."""
    since = time.monotonic()
    while not is_so():
        assert time.monotonic() - since < seconds
        time.sleep(0.05)


def test_session_of_a_program_sees_the_new_build(running, builds):
    address, place = running
    model = Model(address)
    assert MARKS[0] in str(model.query("search", q="技能"))
    bring_in(builds[1], place)
    wait_until(lambda: MARKS[1] in str(model.query("search", q="技能")))


def _read_mark(response: httpx.Response) -> str:
    """Hold an answer to be whole and of one build; return that build's mark."""
    assert response.status_code == 200, response.status_code
    path = response.request.url.path
    if path.endswith(".xlsx"):
        rows = list(openpyxl.load_workbook(io.BytesIO(response.content), read_only=True).active.values)
        words = str(rows)
        assert len(rows) > CLAUSES
    else:
        words = str(response.json()) if path.endswith(".json") else response.text  # Datasette's JSON is all ASCII
        least = CLAUSES if path.endswith((".csv", ".jsonl")) or path == f"/d/{ID}" else 1
        assert words.count(MARKS[0]) + words.count(MARKS[1]) >= least
    found = [mark for mark in MARKS if mark in words]
    assert len(found) == 1, found
    return found[0]


def test_long_request_ends_on_the_build_it_began_with(builds, tmp_path):
    place = tmp_path / "kb.db"
    bring_in(builds[0], place)
    site = Site(place)
    site.get("/")
    database = site.datasette.databases["kb"]
    with database.pin() as before:
        bring_in(builds[1], place)
        _take_in(database)
        with database.lend() as first, database.lend() as second:  # more at once than one, and all of the same
            assert {_version(first), _version(second)} == {MARKS[0]}
        assert before.readers == 1
    with database.lend() as connection:
        assert _version(connection) == MARKS[1]
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):  # nobody reads the old one any more
        first.execute("select 1")
    site.close()


def test_broken_file_does_not_displace_the_good_one(builds, tmp_path):
    place = tmp_path / "kb.db"
    bring_in(builds[0], place)
    site = Site(place)
    site.get("/")
    place.with_name("broken").write_text("no database at all")
    os.replace(place.with_name("broken"), place)
    _take_in(site.datasette.databases["kb"])
    assert MARKS[0] in site.get(f"/d/{ID}.txt").text
    assert site.get("/-/health").status_code == 200
    site.close()


def test_file_is_taken_in_only_when_it_stands_still(builds, tmp_path):
    place = tmp_path / "kb.db"
    bring_in(builds[0], place)
    site = Site(place)
    site.get("/")
    database = site.datasette.databases["kb"]
    database._stopped.set()
    bring_in(builds[1], place)
    seen = database.look(None)
    with database.lend() as connection:
        assert _version(connection) == MARKS[0]
    database.look(seen)
    with database.lend() as connection:
        assert _version(connection) == MARKS[1]
    site.close()


def test_nobody_can_write(builds):
    site = Site(builds[0])
    site.get("/")
    with site.datasette.databases["kb"].lend() as connection, pytest.raises(sqlite3.OperationalError, match="readonly"):
        connection.execute("delete from documents")
    with pytest.raises(sqlite3.OperationalError, match="readonly"):
        site.datasette.databases["kb"].connect(write=True)
    site.close()


def _take_in(database) -> None:
    """What the looking thread does, without waiting for it."""
    database._stopped.set()
    database.look(database.look(None))


def _version(connection: sqlite3.Connection) -> str:
    return connection.execute("select value from build where key = 'corpus_version'").fetchone()[0]
