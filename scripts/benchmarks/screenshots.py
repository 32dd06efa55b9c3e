"""Take the README's pictures of the site, served as a user serves it."""

from __future__ import annotations

import os
import shutil
from urllib.parse import quote

from playwright.sync_api import sync_playwright

from benchmarks.pages import serving
from ingest.stamp import ROOT

PICTURES = {
    "search": (f"/search?q={quote('学徒 补贴')}&scope=clause", 1280, 860),
    "indicators": ("/indicators", 1280, 860),
    "themes": ("/themes", 1280, 860),
    "provision": ("/d/sx-2019-jineng-tisheng/part_2__cl_3", 1280, 860),
    "reading": ("/d/cq-2021-zhiye-jineng-peixun#box_1", 1280, 860),
}


def main() -> None:
    """Write docs/images/<name>.png for each picture."""
    browser_path = os.environ.get("KB_BROWSER") or shutil.which("chromium") or shutil.which("google-chrome")
    with serving() as address, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        for name, (path, width, height) in PICTURES.items():
            page = browser.new_page(viewport={"width": width, "height": height})
            page.goto(address + path)
            page.wait_for_timeout(400)  # the contents scroll to the place that is read
            page.screenshot(path=ROOT / "docs" / "images" / f"{name}.png")
            page.close()
        browser.close()


if __name__ == "__main__":
    main()
