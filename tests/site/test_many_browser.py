"""Naming a document by typing, in a real browser: suggestions, the keyboard, no scripts, and what axe-core says."""

from __future__ import annotations

import pytest

from tests.site.browsing import NARROW, NEEDS_BROWSER, WIDE, Reader, browser, follow, overflow  # noqa: F401
from tests.site.conftest import serve_on_a_port
from tests.site.test_accessibility import find_grave

pytestmark = NEEDS_BROWSER

PAGES = {"reuse": "/reuse", "reuse, which one": "/reuse?a=北京", "matrix": "/measures", "matrix, which one": "/measures?d=gs-2012-guihua&add=北京", "list": "/d?find=北京"}
FIELD = '.reuse-form input[name="a"]'


@pytest.fixture(scope="module")
def many_origin(many_db):
    with serve_on_a_port(many_db) as address:
        yield address


@pytest.fixture
def open_many(browser, many_origin):  # noqa: F811
    readers = []

    def open_one(viewport=WIDE, **options) -> Reader:
        readers.append(Reader(browser, many_origin, viewport, **options))
        return readers[-1]

    yield open_one
    for reader in readers:
        reader.context.close()


def test_a_suggested_document_is_taken_with_the_keyboard(open_many):
    page = open_many().open("/reuse")
    page.focus(FIELD)
    page.keyboard.type("甘肃")
    page.wait_for_selector(".pick .suggestions:not([hidden]) li")
    assert page.get_attribute(FIELD, "role") == "combobox" and page.get_attribute(FIELD, "aria-expanded") == "true"
    page.keyboard.press("ArrowDown")
    assert page.get_attribute(FIELD, "aria-activedescendant")
    page.keyboard.press("Enter")
    page.wait_for_selector(".reuse-form a.chip")
    assert "a=gs-" in page.url


def test_a_document_is_named_without_scripts(open_many):
    page = open_many(java_script_enabled=False).open("/reuse")
    page.fill(FIELD, "甘肃 2012")
    follow(page, ".reuse-form button")
    assert page.url.endswith("/reuse?a=gs-2012-guihua#passages")
    page.go_back()
    page.fill(FIELD, "北京")
    follow(page, ".reuse-form button")
    follow(page, ".unclear a >> nth=0")
    assert "a=bj-" in page.url


def test_a_document_is_added_to_the_matrix_by_the_pointer(open_many):
    page = open_many().open("/measures?d=gs-2012-guihua")
    page.focus('.chosen-columns input[name="add"]')
    page.keyboard.type("新疆")
    page.click(".pick .suggestions li >> nth=0")
    page.wait_for_selector(".chips a:nth-of-type(2)")
    assert "d=xj-" in page.url and page.url.index("d=xj-") < page.url.index("d=gs-")


@pytest.mark.parametrize("screen", [WIDE, NARROW], ids=["wide", "narrow"])
def test_nothing_grave_and_nothing_too_wide(open_many, screen):
    from axe_playwright_python.sync_playwright import Axe

    reader = open_many(screen, bypass_csp=True, reduced_motion="reduce")
    reader.context.add_init_script(Axe().axe_script)
    found = {}
    for name, path in PAGES.items():
        page = reader.open(path)
        found[name] = find_grave(page) + (["too wide"] if overflow(page) > 0 else [])
    assert {name: grave for name, grave in found.items() if grave} == {}
