"""axe-core finds nothing serious on any kind of page; the keyboard reaches everything and is never caught."""

from __future__ import annotations

import pytest

from tests.site.browsing import ERRORS, KINDS, NARROW, NEEDS_BROWSER, STOCK, WIDE, Reader, browser, open_reader  # noqa: F401
from tests.site.conftest import CHONGQING, LIAONING

pytestmark = NEEDS_BROWSER

_COLOURS, _SIZES = ["color-contrast", "link-in-text-block"], ["scrollable-region-focusable", "aria-hidden-focus"]
#: A few rows of a stock table show what all of them would.
PAGES = {**KINDS, **ERRORS, **STOCK, "table": f"{STOCK['table']}?_size=10"}
#: Pages with nothing on them that another page of theirs has not: their colours and sizes are looked at there.
ALIKE = {
    "home", "documents, none", "reading page", "pinned reading page", "original", "part", "search, nothing typed", "search",
    "comparison, nothing chosen", "no provision", "no document", "no version", "no theme", "row of a table",
}  # fmt: skip
#: Rows and entries of which those before have shown the colours and sizes.
FURTHER = [["tbody tr:nth-child(n+9)"], ["li:nth-child(n+13)"]]
#: What is looked at on each screen: by every rule in the light on a wide one, everything; on a narrow one, by those rules
#: that sizes and colours decide, in the dark by those of colours alone. On a telephone what one touches is 24 px large or
#: stands apart.
LOOKS = {
    "wide": (WIDE, {"light": None}, PAGES.keys(), []),
    "narrow": (NARROW, {"light": [*_COLOURS, *_SIZES, "target-size"], "dark": _COLOURS}, PAGES.keys() - ALIKE, FURTHER),
}

MOST_STOPS = 300  # that are gone through; a large table has more links


@pytest.fixture
def open_with_axe(open_reader):  # noqa: F811
    """Return a function that opens a reader whose pages all hold axe-core."""
    from axe_playwright_python.sync_playwright import Axe

    def open_one(viewport=WIDE) -> Reader:
        # The pages forbid scripts of others: only here, in the test's own browser, axe-core may be put in.
        reader = open_reader(viewport, bypass_csp=True, reduced_motion="reduce")
        reader.context.add_init_script(Axe().axe_script)
        return reader

    return open_one


def find_grave(page, rules: list[str] | None = None, without: list[list[str]] = []) -> list[str]:
    """Return what axe-core calls serious or critical: the rule, how often, and the first place."""
    # Style sheets and sounds are fetched beforehand only for rules on sounds, which no page has.
    options = {"resultTypes": ["violations"], "preload": False, **({"runOnly": {"type": "rule", "values": rules}} if rules else {})}
    found = page.evaluate("([where, how]) => axe.run(where, how).then(found => found.violations)", [{"exclude": without}, options])
    return [
        f"{one['id']} × {len(one['nodes'])}: {one['nodes'][0]['html'][:120]}" for one in found if one["impact"] in ("serious", "critical")
    ]


@pytest.mark.parametrize("screen", LOOKS)
def test_no_grave_finding_on_any_kind_of_page(open_with_axe, screen):
    viewport, schemes, names, without = LOOKS[screen]
    reader = open_with_axe(viewport)
    found = {}
    for name in sorted(names):
        page = reader.open(PAGES[name])
        for scheme, rules in schemes.items():
            page.emulate_media(color_scheme=scheme)
            found[name, scheme] = find_grave(page, rules, without)
        page.emulate_media(color_scheme="light")
    assert {look: grave for look, grave in found.items() if grave} == {}


def test_axe_finds_what_is_wrong(open_with_axe):
    """The check itself can fail: a picture without words, pale words on a pale ground."""
    page = open_with_axe().open("/about")
    page.evaluate("document.querySelector('main').innerHTML += '<img src=\"/x.png\"><p class=pale>看不清的字</p>'")
    page.add_style_tag(content=".pale { color: #ccc; background: #eee; }")
    assert [line.split(" ")[0] for line in find_grave(page)] == ["color-contrast", "image-alt"]


@pytest.mark.parametrize("path", ["/", f"/d/{LIAONING}/part_5__cl_14", "/search?q=学徒", "/indicators", "/measures", f"/compare?m={LIAONING}__part_7__cl_27"])
def test_tab_goes_through_the_whole_page_and_shows_where_it_is(open_reader, path):  # noqa: F811
    """From the skip link to the last link of the footer: no trap, and at each stop an outline or a frame to be seen."""
    page = open_reader().open(path)
    seen = []
    for _ in range(MOST_STOPS):
        page.keyboard.press("Tab")
        where = page.evaluate(
            """() => { const one = document.activeElement; if (one === document.body) return null;
                const style = getComputedStyle(one.matches('.contents-open') ? one.nextElementSibling : one);
                return [one.outerHTML.slice(0, 80), style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) >= 1]; }"""
        )
        if where is None:
            break
        seen.append(where)
    assert "skip" in seen[0][0]
    assert [html for html, is_seen in seen if not is_seen] == []
    assert any("data-keys" in html for html, _ in seen) or len(seen) == MOST_STOPS


def test_skip_link_goes_past_the_bar(open_reader):  # noqa: F811
    page = open_reader().open(f"/d/{LIAONING}")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "跳到正文"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.querySelector('main').contains(document.activeElement)")


def test_wide_tables_scroll_by_keyboard_inside_themselves(open_reader):  # noqa: F811
    page = open_reader(NARROW).open("/indicators")
    frame = page.locator(".table-scroll").first
    frame.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("frame => frame.scrollLeft > 0", arg=frame.element_handle())
    assert page.evaluate("scrollX") == 0


@pytest.mark.parametrize("size", [200, 400])
def test_words_may_be_enlarged(open_reader, size):  # noqa: F811
    """WCAG 1.4.10: at 400 % of 1280 px the text still fits the window, without scrolling both ways."""
    page = open_reader({"width": 1280 * 100 // size, "height": 900 * 100 // size}).open(f"/d/{CHONGQING}")
    assert page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth") == 0
