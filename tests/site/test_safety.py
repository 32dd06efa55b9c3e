"""Whatever a source says, it stays text; no request leaves the site."""

from __future__ import annotations

import asyncio

import pytest

from tests.site.conftest import HOSTILE_ID, HOSTILE_WORDS, LIAONING

HOSTILE_PAGES = [
    "/",
    "/d",
    "/about",
    f"/d/{HOSTILE_ID}",
    f"/d/{HOSTILE_ID}@v1",
    f"/d/{HOSTILE_ID}/part_1",
    f"/d/{HOSTILE_ID}/part_1__cl_1",
    f"/d/{HOSTILE_ID}/part_1__cl_2",
    f"/d/{HOSTILE_ID}/box_1",
    f"/d/{HOSTILE_ID}/box_1__item_1",
    f"/d/{HOSTILE_ID}/nothing",
    f"/d/{HOSTILE_ID}/original",
    f"/d/{HOSTILE_ID}/original?at=<script>alert(1)</script>",
    "/ledger",
    "/ledger?rule=<script>alert(1)</script>&kind=<img>",
    f"/ledger/{HOSTILE_ID}",
    "/ledger/<script>alert(1)</script>",
    "/search?q=甲乙丙",
    "/search?q=%3Cscript%3Ealert(1)%3C/script%3E",
    '/search?q="><img src=x onerror=alert(1)>',
    '/search?q=甲乙丙&doc="><script>alert(1)</script>',
    '/search?q=甲乙丙&province="><script>alert(1)</script>&scope="><img&sort="><img&after="><img',
    '/search?q=<script>alert(1)</script> 甲乙丙 地区:<img',
    f"/search?q=甲乙丙&doc={HOSTILE_ID}",
    "/kb/provisions?_search=甲乙丙",
    "/kb/search?q=甲乙丙",
    '/d?province="><script>alert(1)</script>',
    "/d/<script>alert(1)</script>",
    f"/d/{HOSTILE_ID}/<img src=x onerror=alert(1)>",
    "/<script>alert(1)</script>",
    "/search?q=甲乙丙&theme=%22%3E%3Cscript%3Ealert(1)%3C/script%3E",
    "/themes",
    "/themes/t1",
    "/themes/<script>alert(1)</script>",
    "/indicators",
    "/agencies",
    "/agencies/a1",
    "/agencies/<img src=x onerror=alert(1)>",
    "/kb",
    "/kb/provisions",
    "/kb/documents",
]


@pytest.mark.parametrize("path", HOSTILE_PAGES)
def test_nothing_of_a_source_becomes_markup(hostile_site, path):
    response = hostile_site.get(path)
    while response.status_code == 302:
        response = hostile_site.get(response.headers["location"])
    assert "<script>alert" not in response.text
    assert "<img" not in response.text
    assert 'href="javascript:' not in response.text


def test_hostile_words_are_printed_as_they_are(hostile_site):
    page = hostile_site.page(f"/d/{HOSTILE_ID}")
    assert HOSTILE_WORDS in page.h1.get_text()
    assert HOSTILE_WORDS in page.select_one("#part_1 > h2").get_text()


@pytest.mark.parametrize(
    "path, place",
    [
        ("/themes", ".matrix th[scope=row]"),
        ("/", ".matrix th a"),
        ("/themes/t1", "h1"),
        ("/themes/t1", ".speaking"),
        ("/themes/t1", ".brief-figures"),
        ("/indicators", ".compared .note"),
        ("/indicators", ".compared .printed"),
        ("/agencies/a1", ".duty-words"),
        (f"/d/{HOSTILE_ID}/part_1__cl_1", ".facts-themes"),
        (f"/d/{HOSTILE_ID}/part_1__cl_1", ".sheet"),
        (f"/d/{HOSTILE_ID}/part_1__cl_1", ".word-facts"),
        (f"/d/{HOSTILE_ID}/part_1__cl_1__para_1", ".text mark"),
        (f"/d/{HOSTILE_ID}", "#citations"),
        ("/search?q=甲乙丙", ".facets"),
    ],
)
def test_hostile_facts_are_printed_as_they_are(hostile_site, path, place):
    assert any(HOSTILE_WORDS in found.get_text() for found in hostile_site.page(path).select(place))


def test_hostile_theme_stays_in_its_attribute(hostile_site):
    refs = hostile_site.page(f"/d/{HOSTILE_ID}").select(".ref[data-themes]")
    assert [ref["data-themes"] for ref in refs] == [f"t1 主题{HOSTILE_WORDS}"]


def test_templates_do_not_evaluate_a_source(hostile_site):
    assert "{{ 7*7 }}" in hostile_site.page(f"/d/{HOSTILE_ID}").get_text()


@pytest.mark.parametrize("suffix", ["", "/part_1__cl_1"])
def test_hostile_words_in_data_are_no_page(hostile_site, suffix):
    for form, content_type in ((".json", "application/json"), (".txt", "text/plain")):
        response = hostile_site.get(f"/d/{HOSTILE_ID}{suffix}{form}")
        assert response.headers["content-type"].startswith(content_type)
        assert response.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("path", ["/", "/d", f"/d/{LIAONING}", "/search?q=培训", "/about", "/themes", "/themes/goals", "/indicators", "/agencies", "/agencies/hrss", "/nothing"])
def test_own_pages_allow_no_inline_code(site, path):
    policy = site.get(path).headers["content-security-policy"]
    assert "unsafe-inline" not in policy
    assert "default-src 'self'" in policy


@pytest.mark.parametrize("path", ["/", f"/d/{LIAONING}", "/search?q=培训", "/about", "/themes", "/themes/goals", "/indicators", "/agencies/hrss", "/kb"])
def test_own_pages_hold_no_inline_code(site, path):
    page = site.page(path)
    # What describes a page to machines is no code: browsers do not run it, and the policy does not ask them to.
    assert page.select("script:not([src]):not([type='application/ld+json']), style, [style]") == []
    assert [name for tag in page.find_all(True) for name in tag.attrs if name.startswith("on")] == []


@pytest.mark.parametrize("path", ["/", "/kb/provisions", "/static/site.css", "/d.json", f"/d/{LIAONING}/source", "/nothing"])
def test_every_response_carries_the_security_headers(site, path):
    headers = site.get(path).headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["x-frame-options"] == "DENY"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert headers["referrer-policy"] in {"same-origin", "no-referrer"}


@pytest.mark.parametrize("raw_path", [rb"/\example.com/", b"/%5Cexample.com/", b"/%5cexample.com/", b"/d\\x/"])
def test_backslash_in_a_path_is_refused(site, raw_path):
    """Asked without a client, which would mend the path before it leaves."""
    assert site.loop.run_until_complete(_status_of(site.datasette.app(), raw_path)) == 400


async def _status_of(app, raw_path: bytes) -> int:
    path = raw_path.decode().replace("%5C", "\\").replace("%5c", "\\")
    scope = {"type": "http", "method": "GET", "scheme": "http", "path": path, "raw_path": raw_path, "query_string": b"",
             "headers": [(b"host", b"localhost")], "http_version": "1.1"}  # fmt: skip
    sent: list[dict] = []

    async def receive():
        await asyncio.sleep(0)
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message):
        sent.append(message)

    await app(scope, receive, send)
    return sent[0]["status"]


def test_source_cannot_leave_the_corpus(tmp_path):
    from query.sources import find_source

    (tmp_path / "corpus").mkdir()
    (tmp_path / "secret.txt").write_text("x")
    assert find_source(tmp_path, "corpus/../secret.txt") is None
    assert find_source(tmp_path, "/etc/hostname") is None
