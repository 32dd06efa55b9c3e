"""No link of the built site is dead: a crawl from the first page on, fragments included."""

from __future__ import annotations

import re
from collections import Counter, deque
from urllib.parse import unquote, urldefrag, urljoin

import pytest
from lxml import html

#: Kinds of address that are as many as there are ways to ask: of each so many are followed, the first that are met.
#: Everything else is exhausted: documents, every provision of theirs, themes, agencies, measures, ledgers, static files.
SAMPLED = {
    "sentences": (r"/d/[^/]+/[^/.]+__sent_\d+", 20),
    "pinned provisions": (r"/d/[^/]+@v\d+/[^/.]+", 40),
    "provisions as data": (r"/d/[^/]+/[^/]+\.(?:txt|json|bib|ris|csl\.json)", 60),
    "comparisons": (r"/compare\?.*", 25),
    "searches": (r"/search\?.*", 60),
    "shared wording, narrowed": (r"/reuse\?.*", 12),
    "coverage, narrowed": (r"/measures\?.*", 12),
    "ledger, narrowed": (r"/ledger[^?]*\?.*", 12),
    "original, at a place": (r"/d/[^/]+/original\?.*", 12),
    "documents, narrowed": (r"/(?:d)?\?.*", 25),
    "table pages": (r"/kb/.*|/-/.*", 25),
    "exports": (r"/(?:search|measures|indicators|compare|reuse|reuse-shares|ledger[^?]*)\.(?:csv|xlsx|docx|json|jsonl|atom)(?:\?.*)?", 20),
    "quotations": (r".*[?&]quote=.*", 10),
}
_SAMPLED = [(name, re.compile(pattern), most) for name, (pattern, most) in SAMPLED.items()]
_AS_FILE = re.compile(r"\.(?:csv|xlsx|docx|jsonl)(?:\?|\Z)")
ORIGIN = "http://localhost"


def kind_of(path: str) -> tuple[str, int | None]:
    """Return the kind of an address and how many of it are followed; None: all."""
    return next(((name, most) for name, pattern, most in _SAMPLED if pattern.fullmatch(path)), ("all", None))


def list_links(page: html.HtmlElement, path: str) -> set[str]:
    """Return the internal addresses that a page leads to, fragments included."""
    found = page.xpath("//a/@href | //link/@href | //script/@src | //img/@src")
    absolute = (urljoin(ORIGIN + path, link) for link in found)
    return {link.removeprefix(ORIGIN) or "/" for link in absolute if link.startswith(f"{ORIGIN}/") or link == ORIGIN}


class Crawl:
    """What a crawl found: ``pages`` (ids by address; None where there is no page of HTML) and ``dead`` links."""

    def __init__(self, site):
        self.site = site
        self.pages: dict[str, set[str] | None] = {}
        self.followed: Counter[str] = Counter()
        self.dead: list[tuple[str, str, int]] = []
        self.anchors: dict[tuple[str, str], str] = {}

    def run(self, start: str = "/") -> Crawl:
        queue = deque([(start, "")])
        while queue:
            path, origin = queue.popleft()
            if path in self.pages:
                continue
            kind, most = kind_of(path)
            if most is not None and self.followed[kind] >= most:
                continue
            self.followed[kind] += 1
            for link in sorted(self.visit(path, origin)):
                target, anchor = urldefrag(link)
                target = target or path
                if anchor:
                    self.anchors.setdefault((target, unquote(anchor)), path)
                if target not in self.pages:
                    queue.append((target, path))
        return self

    def visit(self, path: str, origin: str) -> set[str]:
        response = self.site.head(path) if _AS_FILE.search(path) else self.site.get(path)
        self.pages[path] = None
        if response.status_code in (301, 302, 303, 307, 308):  # where it leads to is a link as others are
            return {response.headers["location"].removeprefix(ORIGIN)}
        if response.status_code != 200:
            self.dead.append((origin, path, response.status_code))
            return set()
        if not response.headers.get("content-type", "").startswith("text/html") or not response.content:
            return set()
        page = html.fromstring(response.content)
        self.pages[path] = set(page.xpath("//@id"))
        return list_links(page, path)

    def list_missing_places(self) -> list[tuple[str, str]]:
        """Return (page, link) of the links to a place that is not on the page it should be on."""
        return sorted(
            (origin, f"{path}#{anchor}")
            for (path, anchor), origin in self.anchors.items()
            if self.pages.get(path) is not None and anchor not in self.pages[path]
        )


@pytest.fixture(scope="module")
def crawl(site) -> Crawl:
    return Crawl(site).run()


def test_no_link_is_dead(crawl):
    assert crawl.dead == []


def test_links_to_a_place_find_it(crawl):
    assert crawl.list_missing_places() == []


def test_crawl_came_to_everything(crawl, site):
    """Every provision of every document has its page reached by links, and of each kind some address was followed."""
    provisions = site.get("/kb/provisions.json?_shape=array&_size=max&_col=document_id&_col=eid").json()
    addresses = {f"/d/{row['document_id']}/{row['eid']}" for row in provisions}
    assert addresses - crawl.pages.keys() == set()
    assert [name for name in SAMPLED if not crawl.followed[name] and name not in ("quotations", "coverage, narrowed")] == []


def test_dead_link_would_be_found():
    """The crawl itself can fail: a page with a dead link and one to a place that is not there."""

    class Response:
        def __init__(self, words):
            self.status_code, self.content, self.headers = (200 if words else 404), words.encode(), {"content-type": "text/html"}

    class Two:
        def get(self, path):
            return Response({"/": '<a href="/a#here">a</a><a href="/gone">x</a>', "/a": '<p id="there">'}.get(path, ""))

    found = Crawl(Two()).run()
    assert found.dead == [("/", "/gone", 404)]
    assert found.list_missing_places() == [("/", "/a#here")]
