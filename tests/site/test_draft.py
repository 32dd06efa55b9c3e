"""Checking a draft through the site: the form, uploads, limits, and that nothing is kept."""

from __future__ import annotations

import json
import logging
from io import BytesIO

import docx
import pytest
from bs4 import BeautifulSoup

from plugins.web import draft_page
from tests.conftest import CORPUS
from tests.site.browsing import NEEDS_BROWSER, browser  # noqa: F401
from tests.site.conftest import HOSTILE_WORDS

# ruff: noqa: F811

DRAFT = """某省职业技能培训规划

一、主要任务

（一）全面推行新型学徒制。引导企业开展新型学徒制培训，企业与院校联合培养学徒。每年培训学徒不少于3万人。

（二）加强培训师资队伍建设。培训机构配备专兼职教师，定期开展师资培训，组织教师到企业实践。
"""


def post(site, path="/draft", headers=None, **fields):
    """Send a form as a browser does: multipart, a file where a field is (name, bytes)."""
    files = {name: value if isinstance(value, tuple) else (None, value) for name, value in fields.items()}
    return site.loop.run_until_complete(site.datasette.client.post(path, files=files, headers=headers or {}))


def page(response) -> BeautifulSoup:
    return BeautifulSoup(response.text, "html.parser")


def as_word(text: str) -> bytes:
    document = docx.Document()
    for line in text.splitlines():
        document.add_paragraph(line)
    buffer = BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def test_the_form_says_that_nothing_is_stored(site) -> None:
    form = site.page("/draft")
    assert "草稿只在内存中比对，不保存、不记录" in form.get_text()
    assert form.select_one("form#draft-form")["enctype"] == "multipart/form-data"


def test_a_form_without_a_file_may_be_sent_as_programs_send_it(site) -> None:
    answer = site.loop.run_until_complete(site.datasette.client.post("/draft.json", data={"text": DRAFT}))
    assert answer.status_code == 200 and answer.json()["title"] == "某省职业技能培训规划"


@pytest.mark.parametrize("fields", [{"text": DRAFT}, {"text": "", "file": ("稿.docx", as_word(DRAFT))}, {"file": ("稿.txt", DRAFT.encode("gb18030"))}])
def test_pasted_or_uploaded_a_draft_is_reviewed(site, fields) -> None:
    response = post(site, **fields)
    assert response.status_code == 200
    review = page(response)
    assert review.h1.get_text() == "某省职业技能培训规划"
    assert review.select_one("#u1 h3").get_text() == "（一）全面推行新型学徒制"
    assert "(十七)全面推行新型学徒制" in review.select_one("#u1 .draft-others").get_text()


def test_the_review_counts_and_lists_what_is_missing(site) -> None:
    review = page(post(site, text=DRAFT))
    assert "本稿读出 2 条" in review.select_one(".draft-counts").get_text()
    promised = int(review.select_one('.draft-counts a[href="#missing"] b').get_text())
    assert len(review.select_one("#missing").parent.select(".draft-unit")) == promised > 0


def test_links_of_the_review_lead_somewhere(site) -> None:
    review = page(post(site, text=DRAFT))
    for path in {a["href"] for a in review.select("main a[href^='/']")}:
        assert site.get(path).status_code in (200, 302), path


def test_nothing_may_be_cached_and_no_cookie_is_set(site) -> None:
    for response in (site.get("/draft"), post(site, text=DRAFT), post(site, "/draft.json", text=DRAFT), post(site, text="")):
        assert response.headers["cache-control"] == "no-store"
        assert "set-cookie" not in response.headers


def test_a_reader_with_cookies_can_send_a_draft(site) -> None:
    assert post(site, text=DRAFT, headers={"cookie": "ds_csrftoken=stale"}).status_code == 200


@pytest.mark.parametrize("origin, status", [("same-origin", 200), ("none", 200), ("cross-site", 403), ("same-site", 403)])
def test_only_our_own_form_may_send_a_draft(site, origin: str, status: int) -> None:
    assert post(site, text=DRAFT, headers={"sec-fetch-site": origin}).status_code == status


def test_json_says_the_same_as_the_page(site) -> None:
    found = json.loads(post(site, "/draft.json", text=DRAFT).text)
    assert found["counts"]["provisions"] == 2
    body = json.dumps({"text": DRAFT}).encode()
    answered = site.loop.run_until_complete(
        site.datasette.client.post("/draft.json", content=body, headers={"content-type": "application/json"})
    )
    assert answered.json() == found


def test_the_word_file_holds_the_review(site) -> None:
    response = post(site, text=DRAFT, format="docx")
    assert response.headers["content-disposition"].startswith("attachment")
    document = docx.Document(BytesIO(response.content))
    assert document.paragraphs[0].text == "核对：某省职业技能培训规划"
    rows = document.tables[1].rows
    assert len(rows) == 3 and rows[1].cells[1].text.startswith("（一）全面推行新型学徒制")
    assert "河北省 (十七)全面推行新型学徒制" in rows[1].cells[3].text


def test_the_draft_comes_back_to_be_changed(site) -> None:
    text = "\n\n" + DRAFT  # a line break at the start of a textarea is easily lost
    assert page(post(site, text=text)).select_one("textarea").get_text().removeprefix("\n") == text


@pytest.mark.parametrize(
    "fields, status, said",
    [
        ({"text": " "}, 400, "没有读到文字"),
        ({"file": ("a.doc", b"\xd0\xcf\x11\xe0")}, 400, "请另存为 .docx"),
        ({"file": ("a.docx", b"PK\x03\x04")}, 400, "不是 .docx 文件"),
        ({"file": ("a.txt", b"x" * (draft_page.LIMITS.bytes + 1))}, 413, "文件超过 10 MB"),
        ({"file": ("a.txt", b"x" * (draft_page.MOST_BODY + 1))}, 413, "文件超过 10 MB"),
        ({"text": "培训。\n" * 70_000}, 413, "超过 20 万字"),
    ],
)
def test_limits_are_said_on_the_form(site, fields, status: int, said: str) -> None:
    response = post(site, **fields)
    assert response.status_code == status
    assert said in page(response).select_one("[role=alert]").get_text()


@pytest.mark.parametrize("content_type", ["", "multipart/form-data", "multipart/form-data; boundary=x", "application/json", "text/plain", "image/png"])
def test_a_body_that_is_no_form_is_refused(site, content_type: str) -> None:
    answered = site.loop.run_until_complete(
        site.datasette.client.post("/draft.json", content=b"\xff{--x", headers={"content-type": content_type})
    )
    assert answered.status_code == 400 and answered.json()["error"].endswith("。")


def test_a_body_without_end_is_not_kept(site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draft_page, "MOST_DRAINED", 2 * draft_page.MOST_BODY)
    sent = 0

    async def receive():
        nonlocal sent
        sent += 1 << 20
        assert sent < 3 * draft_page.MOST_BODY
        return {"type": "http.request", "body": b"x" * (1 << 20), "more_body": True}

    class Request:
        pass

    Request.receive = staticmethod(receive)
    with pytest.raises(draft_page.DraftError, match="超过 10 MB"):
        site.loop.run_until_complete(draft_page.read_body(Request))


def test_too_many_at_once_is_said(site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draft_page, "LONGEST_WAIT", 0.01)
    for _ in range(draft_page.MOST_AT_ONCE):
        draft_page._desks.acquire()
    try:
        response = post(site, text=DRAFT)
    finally:
        for _ in range(draft_page.MOST_AT_ONCE):
            draft_page._desks.release()
    assert response.status_code == 503 and "请过一分钟再试" in response.text


def test_too_slow_is_said(site, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draft_page, "SECONDS", -1)
    response = post(site, text=DRAFT)
    assert response.status_code == 503 and "请把草稿分成几部分再试" in response.text


def test_other_methods_are_refused(site) -> None:
    assert site.get("/draft.json").status_code == 405
    assert site.loop.run_until_complete(site.datasette.client.put("/draft")).status_code == 405


def test_hostile_words_stay_words(site) -> None:
    hostile = HOSTILE_WORDS
    response = post(site, file=(f"{hostile}.txt", f"一、{hostile}\n（一）新型学徒制{hostile}。全面推行新型学徒制，培养学徒3万人{hostile}。</textarea>{hostile}\n".encode()))
    assert response.status_code == 200
    assert "<script>alert" not in response.text and page(response).select("main script, main img") == []


def test_the_draft_is_in_no_log(site, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        post(site, text=DRAFT + "绝密代号青鸾")
        post(site, file=("青鸾.bin", "绝密代号青鸾".encode()))
    assert "青鸾" not in caplog.text


# ---- in a browser; last, since its library's event loop and the site's cannot run in turns ----


@pytest.mark.parametrize("width", [pytest.param(390, marks=NEEDS_BROWSER)])
def test_in_a_browser_without_scripts(origin: str, browser, width: int) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": width, "height": 800})
    tab = context.new_page()
    tab.goto(f"{origin}/compare")
    tab.click("text=核对草稿")
    tab.set_input_files("#draft-file", str(CORPUS / "sx-2019-jineng-tisheng" / "v1.txt"))
    tab.click("button.primary")
    tab.wait_for_selector(".draft-counts")
    assert "本稿读出 21 条" in tab.inner_text(".draft-counts")
    with tab.expect_download() as download:
        tab.click(".page-head button[value=docx]")
    assert download.value.suggested_filename.startswith("核对：")
    assert len(docx.Document(download.value.path()).tables) >= 2
    context.close()


@pytest.mark.parametrize("width", [pytest.param(width, marks=NEEDS_BROWSER) for width in (1280, 390)])
def test_the_review_fits_the_window(origin: str, browser, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 800})
    tab = context.new_page()
    problems: list[str] = []
    tab.on("console", lambda said: problems.append(said.text) if said.type == "error" else None)
    tab.goto(f"{origin}/draft")
    tab.fill("#draft-text", DRAFT)
    tab.click("button.primary")
    tab.wait_for_selector(".draft-counts")
    assert tab.evaluate("document.documentElement.scrollWidth") <= width
    assert problems == [] and context.cookies() == []
    context.close()
