"""kb add: what is proposed, what is written, and that nothing is written in vain."""

from __future__ import annotations

import http.server
import json
import sqlite3
import threading
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner

from cli import capture
from cli.__main__ import kb
from ingest.admit import parse_file
from ingest.build import build
from ingest.corpus import load_corpus
from ingest.propose import outline

NOTICE = """辽宁省人力资源和社会保障厅关于印发《辽宁省职业技能竞赛实施方案》的通知

辽人社发〔2023〕7号

各市人力资源和社会保障局:

现将《辽宁省职业技能竞赛实施方案》印发给你们,请遵照执行。

辽宁省人力资源和社会保障厅

2023年3月9日

辽宁省职业技能竞赛实施方案

一、总体要求

坚持以赛促训、以赛促评,每年举办省级竞赛不少于三十项,覆盖全省主要产业和重点职业工种。

二、重点任务

（一）健全竞赛体系。建立以省级竞赛为龙头、市级竞赛为主体、企业和院校竞赛为基础的竞赛体系。

（二）强化竞赛激励。对获得前三名的选手按规定晋升职业技能等级,并给予一次性奖励。
"""
ID = "ln-2023-zhiye-jineng-jingsai"


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    (tmp_path / "corpus").mkdir()
    return tmp_path / "corpus"


@pytest.fixture
def notice(tmp_path: Path) -> Path:
    path = tmp_path / "notice.txt"
    path.write_bytes(NOTICE.encode("gb18030"))
    return path


def add(corpus: Path, *arguments: object, answer: str | None = None):
    return CliRunner().invoke(kb, ["add", *map(str, arguments), "--corpus", str(corpus)], input=answer)


def files(corpus: Path) -> list[str]:
    return sorted(p.relative_to(corpus).as_posix() for p in corpus.rglob("*") if p.is_file())


def test_a_file_is_kept_byte_for_byte_under_an_id_told_by_its_text(corpus, notice):
    ran = add(corpus, notice, "--yes")
    assert ran.exit_code == 0, ran.output
    assert files(corpus) == [f"{ID}/document.yml", f"{ID}/v1.txt"]
    assert (corpus / ID / "v1.txt").read_bytes() == NOTICE.encode("gb18030")


def test_document_file_says_only_what_the_text_does_not_say(corpus, notice):
    add(corpus, notice, "--yes", "--source-url", "https://example.org/a", "--captured-on", "2026-05-01")
    written = (corpus / ID / "document.yml").read_text(encoding="utf-8")
    assert yaml.safe_load(written) == {"source_url": "https://example.org/a", "captured_on": "2026-05-01"}
    assert "# Read from the text: title, doc_number, issuers, issued_on." in written


def test_outline_is_shown_before_it_is_asked(corpus, notice):
    shown = add(corpus, notice, answer="n\n").output
    outline = shown[shown.index("outline") :]
    assert outline.index("一、 总体要求") < outline.index("（二） 强化竞赛激励") < outline.index("Write 1 file")


def test_outline_shows_the_numbers_of_a_standard_and_first_words_where_no_heading_is(tmp_path):
    path = tmp_path / "guifan.txt"
    text = "示例市技能评价规范\n1 总则\n1.1 本规范适用于评价。\n1.2 评价应当公开。\n2 组织\n2.1 评价分下列步骤：\n1.申报；\n2.考核。\n"
    path.write_text(text, encoding="utf-8")
    shown = outline(parse_file(path))
    assert shown == ("1 总则", "  1.1 本规范适用于评价。", "  1.2 评价应当公开。", "2 组织", "  2.1 评价分下列步骤： 1.申报； 2.考核。")


@pytest.mark.parametrize("answer", ["n\n", ""])
def test_without_consent_nothing_is_written(corpus, notice, answer):
    ran = add(corpus, notice, answer=answer)
    assert (ran.exit_code, files(corpus)) == (1, [])


def test_a_dry_run_writes_nothing(corpus, notice):
    assert add(corpus, notice, "--dry-run", "--yes").exit_code == 0
    assert files(corpus) == []


def test_consent_given_in_answer(corpus, notice):
    assert add(corpus, notice, answer="y\n").exit_code == 0
    assert f"{ID}/v1.txt" in files(corpus)


def test_the_same_file_is_not_added_twice(corpus, notice):
    add(corpus, notice, "--yes")
    ran = add(corpus, notice, "--yes")
    assert ran.exit_code == 2 and f"the same file is there already as {ID}/v1" in ran.output


def test_a_new_version_goes_into_its_documents_folder(corpus, notice, tmp_path):
    add(corpus, notice, "--yes", "--captured-on", "2026-05-01")
    page = tmp_path / "page.aspx"
    page.write_text("<html><body><p>" + NOTICE.replace("\n\n", "</p><p>").replace("三十项", "四十项") + "</p></body></html>", "utf-8")
    ran = add(corpus, page, "--yes", "--captured-on", "2026-06-01")
    assert ran.exit_code == 0 and f"{ID}/v2.html  (a new version)" in ran.output
    declared = yaml.safe_load((corpus / ID / "document.yml").read_text(encoding="utf-8"))
    assert {v: str(n["captured_on"]) for v, n in declared["versions"].items()} == {"v1": "2026-05-01", "v2": "2026-06-01"}
    assert [version.number for version in load_corpus(corpus)[0].versions] == [1, 2]


def test_a_near_duplicate_of_another_place_is_told_and_is_a_document_of_its_own(corpus, notice, tmp_path):
    add(corpus, notice, "--yes")
    other = tmp_path / "other.txt"
    other.write_text(NOTICE.replace("辽宁省", "河北省").replace("辽人社", "冀人社"), "utf-8")
    ran = add(corpus, other, "--yes")
    assert "he-2023-zhiye-jineng-jingsai/v1.txt" in ran.output and f"stands in {ID} too" in ran.output


def test_a_database_that_fits_saves_reading_what_is_there(corpus, notice, tmp_path, monkeypatch):
    add(corpus, notice, "--yes")
    other = tmp_path / "other.txt"
    other.write_text(NOTICE.replace("辽宁省", "河北省").replace("辽人社", "冀人社"), "utf-8")
    wanted = add(corpus, other, "--dry-run").output
    build(corpus, corpus.parent / "kb.db")
    read = []
    monkeypatch.setattr("ingest.adding.parse_file", lambda path: read.append(path.name) or parse_file(path))
    assert add(corpus, other, "--dry-run").output == wanted
    assert len(read) == 1
    (corpus / ID / "v1.txt").write_text(NOTICE, "utf-8")
    assert add(corpus, other, "--dry-run").output == wanted
    assert len(read) == 3  # the document has changed since


def test_an_id_that_is_taken_gets_the_type_and_is_not_overwritten(corpus, notice, tmp_path):
    add(corpus, notice, "--yes")
    other = tmp_path / "other.txt"
    body = "一、竞赛项目\n\n今年共设焊接、数控、护理等十二个项目，由各承办单位分别制定技术文件。\n\n二、时间\n\n六月至九月在沈阳、大连、鞍山三地分批举行，十月总结表彰。\n"
    other.write_text(NOTICE[: NOTICE.index("一、")].replace("7号", "9号") + body, "utf-8")
    ran = add(corpus, other, "--yes")
    assert f"{ID}-shishifangan/v1.txt" in ran.output
    assert (corpus / ID / "v1.txt").read_bytes() == NOTICE.encode("gb18030")


def test_what_is_not_fit_gets_one_line(corpus, tmp_path):
    scan = Path(__file__).parents[1] / "ingest/fixtures/scan.pdf"
    ran = add(corpus, scan, "--yes")
    assert (ran.exit_code, ran.output.count("\n"), files(corpus)) == (2, 1, [])
    assert "without a text layer" in ran.output


def test_a_folder_is_added_without_what_is_not_fit_and_says_so(corpus, notice, tmp_path):
    folder = tmp_path / "many"
    (folder / "page_files").mkdir(parents=True)
    (folder / "a.txt").write_text(NOTICE, "utf-8")
    (folder / "b.txt").write_text(" ", "utf-8")
    (folder / "page_files" / "c.html").write_text("<p>广告</p>", "utf-8")
    ran = add(corpus, folder, "--yes")
    assert ran.exit_code == 1 and "b.txt: the file is empty" in ran.output
    assert files(corpus) == [f"{ID}/document.yml", f"{ID}/v1.txt"]


def test_a_text_that_names_no_place_needs_an_id(corpus, tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("职业培训实施方案\n\n一、目标\n\n做好培训。\n\n二、措施\n\n加强领导。\n", "utf-8")
    ran = add(corpus, path, "--yes")
    assert ran.exit_code == 2 and "name the id with --id" in ran.output
    assert add(corpus, path, "--yes", "--id", "sd-2020-peixun").exit_code == 0
    assert "sd-2020-peixun/v1.txt" in files(corpus)


@pytest.mark.parametrize("bad", ["../../etc", "zz-2020-peixun", "sd-2020-培训", "sd-2020-a/b", "SD-2020-a"])
def test_an_id_that_is_none_is_refused(corpus, notice, bad):
    ran = add(corpus, notice, "--yes", "--id", bad)
    assert (ran.exit_code, files(corpus)) == (2, []) and not any(corpus.parent.glob("etc*"))


def test_a_title_is_supplied_with_its_reason_where_the_text_has_none(corpus, tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("一、目标\n\n山西省2019年8月1日起施行，做好培训。\n\n二、措施\n\n加强领导。\n", "utf-8")
    add(corpus, path, "--yes", "--title", "山西省培训方案", "--id", "sx-2019-peixun")
    assert yaml.safe_load((corpus / "sx-2019-peixun/document.yml").read_text("utf-8"))["title"]["reason"]


def test_all_or_nothing_when_a_move_fails(corpus, notice, tmp_path, monkeypatch):
    from ingest import adding

    other = tmp_path / "other.txt"
    other.write_text(NOTICE.replace("辽宁省", "河北省").replace("辽人社", "冀人社"), "utf-8")
    moves = []

    def rename(source, target):
        moves.append(target)
        if len(moves) == 2:
            raise OSError(28, "No space left on device")
        Path(source).rename(target)

    monkeypatch.setattr(adding.os, "rename", rename)
    ran = add(corpus, notice, other, "--yes")
    assert ran.exit_code == 2 and "nothing was added" in ran.output and len(moves) == 2
    assert files(corpus) == []


def test_json_shows_the_proposal_and_asks_nothing(corpus, notice):
    ran = CliRunner().invoke(kb, ["add", str(notice), "--dry-run", "--json", "--corpus", str(corpus)])
    assert json.loads(ran.stdout)["proposals"][0]["file"] == f"{ID}/v1.txt"


def test_control_characters_of_a_source_do_not_reach_the_terminal(corpus, tmp_path):
    path = tmp_path / "a.txt"
    path.write_text(NOTICE.replace("总体要求", "总体\x1b[2J要求"), "utf-8")
    assert "\x1b[2J" not in add(corpus, path, "--dry-run").output


# A file that lies loose in the corpus


def test_a_loose_file_is_built_with_a_doubt(corpus, notice, tmp_path):
    (corpus / "some page.txt").write_bytes(notice.read_bytes())
    build(corpus, tmp_path / "kb.db")
    db = sqlite3.connect(tmp_path / "kb.db")
    assert db.execute("select id from documents").fetchall() == [(ID,)]
    assert db.execute("select count(*) from doubts where kind = 'no-document-file'").fetchone() == (1,)


def test_a_loose_file_that_tells_no_place_is_put_aside_and_the_rest_is_built(corpus, notice, tmp_path):
    add(corpus, notice, "--yes")
    (corpus / "a.md").write_text("一、目标\n\n做好培训。\n\n二、措施\n\n加强领导。\n", "utf-8")
    build(corpus, tmp_path / "kb.db")
    db = sqlite3.connect(tmp_path / "kb.db")
    [(file, document, reason)] = db.execute("select source_file, document_id, reason from quarantine").fetchall()
    assert (file, document) == ("corpus/a.md", None) and "kb add --id" in reason


def test_a_loose_file_that_is_added_moves_into_its_folder(corpus, notice):
    (corpus / "a.txt").write_bytes(notice.read_bytes())
    add(corpus, corpus / "a.txt", "--yes")
    assert files(corpus) == [f"{ID}/document.yml", f"{ID}/v1.txt"]


# An address, against a server of our own


class _Pages(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        match self.path:
            case "/notice":
                self._send(200, "text/plain; charset=gb18030", NOTICE.encode("gb18030"))
            case "/moved":
                self._send(302, "text/html", b"", Location="/notice")
            case "/loop":
                self._send(302, "text/html", b"", Location="/loop")
            case "/to-file":
                self._send(302, "text/html", b"", Location="file:///etc/hostname")
            case "/large":
                self.send_response(200)
                self.end_headers()
                try:
                    for _ in range(200):
                        self.wfile.write(b"x" * 65536)
                except OSError:
                    pass  # the other end has had enough
            case _:
                self._send(404, "text/html", b"nothing")

    def _send(self, status: int, content_type: str, body: bytes, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def server():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Pages) as serving:
        thread = threading.Thread(target=serving.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{serving.server_port}"
        serving.shutdown()
        thread.join()


def test_an_address_is_recorded_with_its_day_and_its_bytes(corpus, server):
    ran = add(corpus, f"{server}/moved", "--yes")
    assert ran.exit_code == 0, ran.output
    declared = yaml.safe_load((corpus / ID / "document.yml").read_text(encoding="utf-8"))
    assert declared["source_url"] == f"{server}/notice" and len(declared["captured_on"]) == 10
    assert (corpus / ID / "v1.txt").read_bytes() == NOTICE.encode("gb18030")


@pytest.mark.parametrize(
    "path, says",
    [("/nowhere", "answers 404"), ("/loop", "redirected more than"), ("/to-file", "no http:// or https://"), ("/large", "is larger than")],
)
def test_an_address_that_gives_no_document_gets_one_line(corpus, server, path, says, monkeypatch):
    monkeypatch.setattr(capture, "LARGEST_FILE", 1 << 20)
    ran = add(corpus, f"{server}{path}", "--yes")
    assert (ran.exit_code, ran.output.count("\n"), files(corpus)) == (2, 1, []) and says in ran.output


@pytest.mark.parametrize("address", ["file:///etc/hostname", "ftp://example.org/a", "http://user:secret@127.0.0.1/", "http://"])
def test_other_addresses_are_not_fetched(corpus, address):
    ran = add(corpus, address, "--yes")
    assert (ran.exit_code, files(corpus)) == (2, [])
