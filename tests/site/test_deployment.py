"""A public site: what is refused, how much one may ask, what is kept, what is told to a watcher and to the log."""

from __future__ import annotations

import asyncio
import json
import socket
import sqlite3
import threading
import time
from urllib.parse import quote, urlsplit

import httpx
import pytest
import uvicorn

from cli.serve import SettingError, settle
from plugins.web.leave import ClientLeft, stop_if_left, watch_client
from plugins.web.limit import Buckets, ExportPlaces, name_client, weigh
from plugins.web.options import OptionError, Options, read_options, read_proxies
from plugins.web.policy import write_stock_policy
from tests.site.conftest import LIAONING, ROOT, Site, serve


@pytest.fixture
def open_with(site_db, monkeypatch):
    """Open a site with some variables set."""
    opened: list[Site] = []

    def open_with(**variables: str) -> Site:
        for name, value in variables.items():
            monkeypatch.setenv(name, value)
        opened.append(Site(site_db))
        return opened[-1]

    yield open_with
    for site in opened:
        site.close()


def ask(site: Site, path: str, method: str = "GET", client: str = "203.0.113.9", **headers: str):
    """Ask from an address of the network, not from this machine."""

    async def asked():
        transport = httpx.ASGITransport(app=site.datasette.client.app, client=(client, 4000))
        async with httpx.AsyncClient(transport=transport, base_url="http://kb.test") as browser:
            return await browser.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    return site.loop.run_until_complete(asked())


# ---- settings ----


def test_nothing_set_is_the_public_site():
    assert read_options({}) == Options(is_local=False, allows_download=False, scheme=None, host=None, limited="remote", logs=False)


@pytest.mark.parametrize(
    "variables, named",
    [
        ({"KB_LOCAL": "ja"}, "KB_LOCAL"),
        ({"KB_ADDRESS": "kb.example.cn"}, "KB_ADDRESS"),
        ({"KB_ADDRESS": "https://kb.example.cn/a/b"}, "KB_ADDRESS"),
        ({"KB_RATE_LIMIT": "none"}, "KB_RATE_LIMIT"),
        ({"KB_EXPORTS": "0"}, "KB_EXPORTS"),
        ({"KB_READS": "many"}, "KB_READS"),
    ],
)
def test_setting_that_cannot_be_read_is_named(variables, named):
    with pytest.raises(OptionError, match=named):
        read_options(variables)


def test_proxies_are_addresses_or_networks():
    assert read_proxies("127.0.0.1, 10.0.0.0/8") == "127.0.0.1,10.0.0.0/8"
    with pytest.raises(OptionError, match="nginx"):
        read_proxies("nginx")


def test_server_believes_the_proxies_of_the_setting_and_no_others():
    assert settle({}, False, "127.0.0.1")["FORWARDED_ALLOW_IPS"] == ""
    assert settle({"KB_PROXIES": "10.1.2.3", "FORWARDED_ALLOW_IPS": "*"}, False, "0.0.0.0")["FORWARDED_ALLOW_IPS"] == "10.1.2.3"


def test_local_use_is_refused_to_a_network():
    with pytest.raises(SettingError, match="127.0.0.1"):
        settle({}, True, "0.0.0.0")
    assert settle({}, True, "127.0.0.1")["KB_LOCAL"] == "1"


def test_every_variable_is_in_the_handbook():
    handbook = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
    code = (ROOT / "plugins" / "web" / "options.py").read_text() + (ROOT / "cli" / "serve.py").read_text()
    named = {word.strip("\"'`") for word in code.replace("(", " ").replace(",", " ").replace(")", " ").split() if word.startswith('"KB_')}
    assert named and {name for name in named if f"`{name}`" not in handbook} == set()


# ---- doors ----


def test_public_runs_no_sql_and_gives_no_file(site):
    assert site.get("/kb?sql=select+1").status_code == 403
    assert site.get("/kb.json?sql=select+1").status_code == 403
    assert site.get("/kb.db").status_code == 403


def test_local_use_opens_both_by_one_setting(open_with):
    site = open_with(KB_LOCAL="1")
    assert site.get("/kb.json?sql=select+1+as+n&_shape=array").json() == [{"n": 1}]
    assert site.get("/kb.db").content[:15] == b"SQLite format 3"
    assert site.get("/-/databases.json").status_code == 200


def test_download_is_a_setting_of_its_own(open_with):
    site = open_with(KB_DOWNLOAD="1")
    assert site.get("/kb.db").content[:15] == b"SQLite format 3"
    assert site.get("/kb?sql=select+1").status_code == 403


@pytest.mark.parametrize("path", ["/kb/provisions", "/kb/clauses.json", "/kb/documents.csv", "/-/metadata.json", f"/kb/documents/{LIAONING}"])
def test_tables_stay_open(site, path):
    assert site.get(path).status_code == 200


@pytest.mark.parametrize("path", ["/-/databases", "/-/databases.json", "/-/settings", "/-/plugins.json", "/-/versions", "/-/threads", "/-/messages",
                                  "/-/auth-token?token=x", "/-/logout", "/-/allow-debug", "/-/permissions", "/-/actor.json", "/-/patterns"])  # fmt: skip
def test_pages_about_the_server_are_closed(site, path):
    response = site.get(path)
    assert response.status_code == 403
    assert "不" in response.text and "/root" not in response.text and str(ROOT) not in response.text


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE", "PROPFIND"])
@pytest.mark.parametrize("path", ["/", "/search?q=培训", "/kb/provisions"])
def test_pages_can_only_be_read(site, method, path):
    response = ask(site, path, method)
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, HEAD, OPTIONS"


def test_no_page_sets_a_cookie(site):
    for path in ("/", "/search?q=培训", "/compare", "/draft", "/kb/provisions", "/kb/search?q=培训", "/nothing"):
        assert "set-cookie" not in site.get(path).headers, path


def test_cookies_of_other_programs_change_nothing(site):
    assert ask(site, "/d", cookie="session=1; ds_actor=forged").headers["cache-control"] == "public, no-cache"


# ---- addresses ----

RAW = [
    rb"/\example.com/", b"/%5Cexample.com/", b"/d\\x/", b"//example.com/", b"///example.com/", b"http://example.com/", b"http://example.com//d",
    b"/%0d%0aSet-Cookie:a=b", b"/d/%00", b"/d/a%7f",
]  # fmt: skip


@pytest.mark.parametrize("target", RAW)
def test_hostile_target_is_refused(origin, target):
    head, _ = exchange(origin, b"GET " + target + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400") and b"\r\nlocation:" not in head.lower()


@pytest.mark.parametrize("target", [b"/d/%ff", b"/d/%ff/", b"/%ff%fe", b"/search?q=%ff%fe", b"/d/a%2f%2fexample.com/", b"/d/..%2f..%2f", b"/static/..%2f..%2fkb.db",
                                    b"/static/%2e%2e/kb.db", b"/;//example.com/", b"/d/%E2%80%AE"])  # fmt: skip
def test_odd_target_stays_on_the_site_and_is_no_fault(origin, target):
    head, _ = exchange(origin, b"GET " + target + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    assert int(head.split()[1]) in (200, 302, 400, 403, 404)
    places = [line.partition(b":")[2].strip() for line in head.split(b"\r\n") if line.lower().startswith(b"location:")]
    assert all(place.startswith(b"/") and not place.startswith(b"//") for place in places)


@pytest.mark.parametrize("host", [b'a"><script>', b"a/b", b"a b", b"a@b", b"", b"-x", b"[::1"])
def test_host_that_is_none_is_refused(origin, host):
    head, _ = exchange(origin, b"GET / HTTP/1.1\r\nHost: " + host + b"\r\nConnection: close\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 400")


def test_forwarded_host_is_not_believed(site):
    response = ask(site, f"/d/{LIAONING}/part_1.json", x_forwarded_host="evil.example", x_forwarded_proto="https", forwarded="host=evil.example")
    assert urlsplit(response.json()["address"])[:2] == ("http", "kb.test")


def test_public_address_is_the_one_of_the_setting(open_with):
    site = open_with(KB_ADDRESS="https://kb.example.cn")
    response = ask(site, f"/d/{LIAONING}/part_1.json", host="127.0.0.1:8001")
    assert response.json()["address"].startswith("https://kb.example.cn/d/")
    assert response.headers["strict-transport-security"].startswith("max-age=")


def test_long_address_is_refused_in_chinese(site):
    response = ask(site, "/search?q=" + "a" * 40_000)
    assert response.status_code == 414 and "检索词" in response.text


def test_large_body_is_refused(site):
    assert _send(site, "/-/mcp", [b"x" * (1 << 20)], declared=True) == 413
    assert _send(site, "/-/mcp", [b"x" * (100 << 10)] * 4, declared=False) == 413


def exchange(origin: str, request: bytes) -> tuple[bytes, bytes]:
    """Send bytes to a server as they are; return head and body of the answer."""
    parts = urlsplit(origin)
    with socket.create_connection((parts.hostname, parts.port), timeout=20) as connection:
        connection.sendall(request)
        answer = b""
        while piece := connection.recv(1 << 16):
            answer += piece
    head, _, body = answer.partition(b"\r\n\r\n")
    return head, body


def _send(site: Site, path: str, pieces: list[bytes], declared: bool) -> int:
    async def sent():
        async def body():
            for piece in pieces:
                yield piece

        transport = httpx.ASGITransport(app=site.datasette.client.app, client=("203.0.113.9", 1))
        async with httpx.AsyncClient(transport=transport, base_url="http://kb.test") as browser:
            content = b"".join(pieces) if declared else body()
            headers = {"content-type": "application/json", "accept": "application/json, text/event-stream"}
            return (await browser.post(path, content=content, headers=headers)).status_code

    return site.loop.run_until_complete(sent())


# ---- policies ----


def test_stock_pages_run_only_the_scripts_that_datasette_ships():
    scripts = write_stock_policy().split("script-src ")[1].split(";")[0].split()
    assert scripts[0] == "'self'" and len(scripts) == 5
    assert all(word.startswith("'sha256-") for word in scripts[1:])


# ---- rate limit ----


def test_bucket_empties_and_fills_again():
    clock = [0.0]
    buckets = Buckets(3, 60, clock=lambda: clock[0])
    assert [buckets.take("a") for _ in range(4)] == [0, 0, 0, 1]
    assert buckets.take("b") == 0
    clock[0] = 2.0
    assert [buckets.take("a") for _ in range(3)] == [0, 0, 1]


def test_forgotten_clients_are_bounded(monkeypatch):
    monkeypatch.setattr("plugins.web.limit.MOST_CLIENTS", 10)
    buckets = Buckets(1, 1)
    for n in range(50):
        buckets.take(str(n))
    assert len(buckets._filled) == 10


@pytest.mark.parametrize(
    "host, client",
    [("203.0.113.9", "203.0.113.9"), ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"), ("::ffff:203.0.113.9", "203.0.113.9"), ("::1", "::1"), ("unix", "unix")],
)
def test_client_is_an_address_or_a_household(host, client):
    assert name_client({"client": (host, 1)}) == client


@pytest.mark.parametrize(
    "path, weight",
    [("/", "read"), ("/search", "read"), ("/d/x/part_1.json", "read"), ("/kb/provisions", "read"), ("/compare", "heavy"), ("/compare.json", "heavy"),
     ("/draft", "heavy"), ("/search.csv", "heavy"), ("/compare.docx", "heavy"), ("/feed.atom", "heavy"), ("/kb/provisions.csv", "heavy"),
     ("/static/site.css", "free"), ("/-/health", "free"), ("/compared", "read")],
)  # fmt: skip
def test_weight_of_a_request(path, weight):
    assert weigh(path) == weight


def test_too_many_requests_are_told_when_to_come_again(open_with):
    site = open_with(KB_HEAVY="2", KB_READS="600")
    answers = [ask(site, "/search.csv?q=学徒") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    refused = answers[-1]
    assert int(refused.headers["retry-after"]) > 0
    assert "请等" in refused.text and 'lang="zh-CN"' in refused.text
    assert refused.headers["cache-control"] == "no-store"
    assert ask(site, "/search.csv?q=学徒", client="203.0.113.10").status_code == 200
    assert ask(site, "/d").status_code == 200
    assert ask(site, "/-/health").status_code == 200


def test_refusal_of_data_is_data(open_with):
    site = open_with(KB_READS="1", KB_HEAVY="1")
    ask(site, "/d.json")
    told = ask(site, "/d.json")
    assert told.status_code == 429 and told.json()["ok"] is False


def test_reader_who_reads_fast_is_not_held_up(site):
    assert {ask(site, path, client="203.0.113.77").status_code for path in ["/", "/d", "/about"] * 20} == {200}


def test_exports_have_few_places():
    async def enter():
        places = ExportPlaces(3)
        own = [await places.enter("a"), await places.enter("a"), await places.enter("a")]
        other = await places.enter("b")
        waiting = asyncio.create_task(places.enter("c"))
        await asyncio.sleep(0.01)
        assert not waiting.done()
        places.leave("a")
        return own, other, await waiting

    assert asyncio.run(enter()) == ([None, None, "own"], None, None)


def test_export_that_finds_no_place_says_so(monkeypatch):
    monkeypatch.setattr("plugins.web.limit.WAIT_FOR_PLACE", 0.02)

    async def enter():
        places = ExportPlaces(1)
        return await places.enter(None), await places.enter(None), places._by_client

    assert asyncio.run(enter()) == (None, "full", {})


# ---- a client that leaves ----


def test_export_stops_when_its_reader_has_gone(site_db, monkeypatch):
    from plugins.web import search_export

    fetched, has_ended = [], threading.Event()

    def endless(conn, *args, **kwargs):
        hits = list(whole(conn, *args, **kwargs))
        try:
            while True:
                for hit in hits:
                    fetched.append(1)
                    time.sleep(0.0005)
                    yield hit
        finally:
            has_ended.set()

    whole = search_export.search_all
    monkeypatch.setattr(search_export, "search_all", endless)
    for path in ("/search.csv", "/search.xlsx"):  # one is sent piece by piece, the other made before it is sent
        has_ended.clear()
        fetched.clear()
        _ask_and_leave(site_db, path, lambda: len(fetched) > 50)
        assert has_ended.wait(5), path
        at_the_end = len(fetched)
        time.sleep(0.2)
        assert len(fetched) == at_the_end


def _ask_and_leave(db, path: str, is_under_way) -> None:
    server = uvicorn.Server(uvicorn.Config(serve(db).app(), host="127.0.0.1", port=0, log_level="critical"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.02)
    address = server.servers[0].sockets[0].getsockname()
    with socket.create_connection(address, timeout=10) as connection:
        connection.sendall(f"GET {path}?q={quote('培训')} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        since = time.monotonic()
        while not is_under_way():
            assert time.monotonic() - since < 20
            time.sleep(0.01)
    server.should_exit = True
    thread.join(timeout=10)


def test_watched_request_reads_its_own_messages_and_raises_when_left():
    async def watched():
        messages = [{"type": "http.request", "body": b""}, {"type": "http.disconnect"}]

        async def receive():
            return messages.pop(0) if messages else await asyncio.sleep(60)

        sent = []
        async with watch_client(receive, sent.append) as (own_receive, own_send):
            assert (await own_receive())["type"] == "http.request"
            await asyncio.sleep(0.01)
            with pytest.raises(ClientLeft):
                stop_if_left()
            await own_send({"type": "http.response.body"})
            sent.append("never")
        return sent

    assert asyncio.run(watched()) == []


# ---- what is kept ----


def test_page_that_is_known_is_not_sent_again(site):
    first = site.get(f"/d/{LIAONING}")
    assert first.headers["cache-control"] == "public, no-cache"
    again = ask(site, f"/d/{LIAONING}", host="localhost", if_none_match=first.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]


@pytest.mark.parametrize("path", [f"/d/{LIAONING}/part_1", "/d"])
def test_another_address_or_host_is_another_page(site, path):
    tag = site.get(f"/d/{LIAONING}").headers["etag"]
    assert ask(site, path, host="localhost", if_none_match=tag).status_code == 200
    assert ask(site, f"/d/{LIAONING}", host="other.test", if_none_match=tag).status_code == 200


def test_page_of_another_build_is_sent(site, hostile_site):
    assert site.get("/about").headers["etag"] != hostile_site.get("/about").headers["etag"]


@pytest.mark.parametrize("path", ["/nothing", "/search.csv?q=学徒", f"/d/{LIAONING}/source", "/-/health", "/draft", "/kb?sql=select+1"])
def test_what_may_change_otherwise_bears_no_tag(site, path):
    assert "etag" not in site.get(path).headers


def test_style_sheet_of_a_page_is_kept_for_good(site):
    address = site.page("/").select_one("link[rel=stylesheet]")["href"]
    response = site.get(address)
    assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert ask(site, address, if_none_match=response.headers["etag"]).status_code == 304
    assert "immutable" not in site.get("/static/site.css").headers["cache-control"]
    assert "immutable" not in site.get("/static/site.css?0badc0de").headers["cache-control"]


def test_site_stamp_follows_a_changed_template(tmp_path, monkeypatch):
    from plugins.web import cache

    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "a.html").write_text("a")
    monkeypatch.setattr(cache, "_LOOK_EVERY", 0)
    stamp = cache.SiteStamp(tmp_path)
    before = stamp.read()
    assert stamp.read() == before
    (tmp_path / "templates" / "a.html").write_text("ab")
    assert stamp.read() != before


# ---- gzip ----


def test_pages_are_sent_small(site):
    small = ask(site, f"/d/{LIAONING}", accept_encoding="gzip")
    assert small.headers["content-encoding"] == "gzip"
    assert "Accept-Encoding" in small.headers["vary"]
    assert int(small.headers["content-length"]) < len(small.content) / 3


def test_zipped_files_are_not_zipped_again(site):
    assert "content-encoding" not in ask(site, "/search.xlsx?q=学徒", accept_encoding="gzip").headers


def test_zipped_export_comes_in_pieces(site):
    sent: list[dict] = []

    async def asked():
        scope = {"type": "http", "method": "GET", "scheme": "http", "path": "/search.csv", "raw_path": b"/search.csv", "http_version": "1.1",
                 "query_string": f"q={quote('培训')}".encode(), "headers": [(b"host", b"localhost"), (b"accept-encoding", b"gzip")]}  # fmt: skip
        await site.datasette.client.app(scope, asyncio.Event().wait, send)

    async def send(message):
        sent.append(message)

    site.loop.run_until_complete(asked())
    assert len([message for message in sent if len(message.get("body", b"")) > 1000]) > 1


# ---- health and log ----


def test_health_names_what_is_served(site):
    told = site.get("/-/health").json()
    assert told["ok"] is True and len(told["corpus_sha256"]) == 64 and int(told["count_documents"]) == 5


def test_health_of_a_site_without_its_database(tmp_path):
    empty, broken = Site(None), tmp_path / "kb.db"
    sqlite3.connect(broken).close()
    assert empty.get("/-/health").status_code == 503
    empty.close()
    site = Site(broken)
    assert site.get("/-/health").status_code == 503
    site.close()


def test_log_tells_nothing_about_a_reader(open_with, capsys):
    site = open_with(KB_LOG="1")
    ask(site, "/search?q=学徒", user_agent="Reader/1.0", cookie="a=b")
    line = capsys.readouterr().err.strip().splitlines()[-1]
    told = json.loads(line)
    assert (told["method"], told["path"], told["status"]) == ("GET", "/search", 200) and told["bytes"] > 0
    assert not any(word in line for word in ("203.0.113.9", "Reader", "学徒", quote("学徒"), "a=b"))


def test_nothing_is_logged_unless_asked(site, capsys):
    ask(site, "/search?q=学徒")
    assert capsys.readouterr().err == ""


# ---- files for the administrator ----


def test_container_runs_as_nobody_special_and_says_whether_it_is_well():
    lines = (ROOT / "Containerfile").read_text().splitlines()
    last = "\n".join(lines[max(n for n, line in enumerate(lines) if line.startswith("FROM ")) :])
    assert "\nUSER 10001" in last and "HEALTHCHECK" in last and "/-/health" in last
    copied = [word for line in lines if line.startswith("COPY ") and "--from" not in line for word in line.split()[1:-1] if not word.startswith("--")]
    assert copied and [name for name in copied if not (ROOT / name).exists()] == []


def test_container_holds_all_that_the_site_reads():
    text = (ROOT / "Containerfile").read_text()
    for part in ("align", "cli", "corpus", "ingest", "lang", "plugins", "query", "static", "templates", "metadata.json", "settings.json", "requirements.lock"):
        assert any(part in line.split() for line in text.splitlines() if line.startswith("COPY ")), part
