"""A real browser for the tests: screens, readers, and one page of every kind."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.site.conftest import CHONGQING, HEBEI, LIAONING, SHANXI

BROWSER = Path(os.environ.get("KB_BROWSER", "/usr/bin/chromium"))
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 390, "height": 844}

#: For ``pytestmark``: a machine without a browser says so once a test; .ci/run installs one.
NEEDS_BROWSER = [
    pytest.mark.browser,
    pytest.mark.skipif(not BROWSER.exists(), reason=f"no browser at {BROWSER}: name one in KB_BROWSER"),
]

#: One address of every kind of page, by its status.
KINDS = {
    "home": "/",
    "home, narrowed": "/?province=ln&year=2022",
    "documents": "/d",
    "documents, none": "/d?province=xz",
    "about": "/about",
    "reading page": f"/d/{LIAONING}",
    "reading page with doubts and removals": f"/d/{CHONGQING}?notes=1",
    "pinned reading page": f"/d/{HEBEI}@v1",
    "changes": f"/d/{LIAONING}/changes",
    "original": f"/d/{LIAONING}/original",
    "original with removals, at a place": f"/d/{HEBEI}/original?at=box_1",
    "clause": f"/d/{LIAONING}/part_5__cl_14",
    "part": f"/d/{SHANXI}/part_2",
    "box with table": f"/d/{CHONGQING}/box_1",
    "row": f"/d/{LIAONING}@v1/box_1__row_3",
    "sentence": f"/d/{LIAONING}/part_5__cl_14__sent_2",
    "search, nothing typed": "/search",
    "search": "/search?q=新型学徒制",
    "search, narrowed": "/search?q=培训&province=ln&province=he&kind=box&sort=date",
    "search, nothing found": "/search?q=龘龘 学徒制",
    "themes": "/themes",
    "theme": "/themes/apprenticeship",
    "indicators": "/indicators",
    "agencies": "/agencies",
    "agency": "/agencies/hrss",
    "coverage matrix": "/measures",
    "comparison": f"/compare?m={LIAONING}__part_7__cl_27",
    "comparison, nothing chosen": "/compare",
    "shared wording": "/reuse",
    "draft": "/draft",
    "ledger": "/ledger",
    "ledger of a document": f"/ledger/{LIAONING}",
    "data": "/kb",
}
ERRORS = {
    "no page": "/nothing",
    "no provision": f"/d/{LIAONING}/part_99",
    "no document": "/d/nope",
    "no version": f"/d/{LIAONING}@v9",
    "no theme": "/themes/nope",
}
STOCK = {"table": "/kb/provisions", "row of a table": f"/kb/documents/{LIAONING}", "stored query": "/kb/search?q=学徒"}


class Reader:
    """A browser page that remembers errors and requests that leave the site."""

    def __init__(self, browser, origin, viewport, **options):
        self.origin = origin
        self.context = browser.new_context(viewport=viewport, **options)
        self.page = self.context.new_page()
        self.errors: list[str] = []
        self.outside: list[str] = []
        self.page.on("console", lambda message: message.type == "error" and self.errors.append(message.text))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", lambda request: request.url.startswith(origin) or self.outside.append(request.url))

    def open(self, path: str):
        self.page.goto(self.origin + path)
        return self.page


@pytest.fixture(scope="module")
def browser():
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=str(BROWSER), args=["--no-sandbox", "--disable-background-networking"]
        )
        yield browser
        browser.close()


@pytest.fixture
def open_reader(browser, origin):
    """Return a function that opens a reader with a screen and options of its own."""
    readers: list[Reader] = []

    def open_one(viewport=WIDE, **options) -> Reader:
        readers.append(Reader(browser, origin, viewport, **options))
        return readers[-1]

    yield open_one
    for reader in readers:
        reader.context.close()


def follow(page, link) -> None:
    """Click what leads to another page, by selector or locator, and wait until that has come: a click alone does not."""
    with page.expect_navigation():
        (page.locator(link) if isinstance(link, str) else link).click()


def overflow(page) -> int:
    """Return by how many pixels a page is wider than the screen."""
    return page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")


def list_layout_shifts(page) -> list[float]:
    """Return the layout shifts of a page so far that no key or click caused."""
    return page.evaluate(
        """() => new Promise(done => {
            const shifts = [];
            new PerformanceObserver(list => list.getEntries().forEach(entry => entry.hadRecentInput || shifts.push(entry.value)))
                .observe({ type: "layout-shift", buffered: true });
            setTimeout(() => done(shifts), 100);
        })"""
    )
