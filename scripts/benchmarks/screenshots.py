"""Take the README's pictures of the site, served as a user serves it."""

from __future__ import annotations

import base64
import os
import shutil
from urllib.parse import quote

import click
from playwright.sync_api import Page, sync_playwright

from benchmarks.pages import serving
from ingest.stamp import ROOT

WIDTH, HEIGHT = 1280, 860
QUALITY = 80  # of WebP: letters stay crisp at a third of the bytes of PNG
MOST_BYTES = 200_000

PICTURES = {
    "home": "/",
    "search": f"/search?q={quote('学徒 补贴')}&scope=clause",
    "reading": "/d/cq-2021-zhiye-jineng-peixun#box_1",
    "comparison": "/compare?m=ln-2022-zhiye-jineng-peixun__part_7__cl_27",
    "matrix": "/measures",
}


def main() -> None:
    """Write docs/images/<name>.webp for each picture."""
    browser_path = os.environ.get("KB_BROWSER") or shutil.which("chromium") or shutil.which("google-chrome")
    with serving() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        for name, path in PICTURES.items():
            page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT})
            page.goto(address + path)
            page.wait_for_timeout(400)  # the contents scroll to the place that is read
            picture = _take(page)
            if len(picture) > MOST_BYTES:
                raise click.ClickException(f"{name} has {len(picture):,} bytes, more than {MOST_BYTES:,}: show less or lower QUALITY")
            (ROOT / "docs" / "images" / f"{name}.webp").write_bytes(picture)
            page.close()
        browser.close()


def _take(page: Page) -> bytes:
    """Playwright writes PNG and JPEG alone; Chromium itself writes WebP."""
    session = page.context.new_cdp_session(page)
    return base64.b64decode(session.send("Page.captureScreenshot", {"format": "webp", "quality": QUALITY})["data"])


if __name__ == "__main__":
    main()
