"""Make the fixtures that are no plain text: Word lists, a printed PDF, an encrypted one, a scan, an old Word file.

Run ``python -m tests.ingest.make_fixtures`` after a change here; Chromium (printing) and LibreOffice (encryption,
.doc) are needed for this only. The files are kept in the repository, so that tests need neither.
"""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import zipfile
from pathlib import Path

import docx
from docx.oxml import OxmlElement, parse_xml
from docx.oxml.ns import nsdecls, qn
from PIL import Image

FOLDER = Path(__file__).parent / "fixtures"

_NUMBERING = f"""<w:numbering {nsdecls("w")}>
  <w:abstractNum w:abstractNumId="7"><w:multiLevelType w:val="multilevel"/>
    <w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCountingThousand"/><w:suff w:val="nothing"/>
      <w:lvlText w:val="%1、"/></w:lvl>
    <w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="chineseCountingThousand"/><w:suff w:val="nothing"/>
      <w:lvlText w:val="（%2）"/></w:lvl>
    <w:lvl w:ilvl="2"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:suff w:val="tab"/><w:lvlText w:val="%3."/></w:lvl>
  </w:abstractNum>
  <w:num w:numId="3"><w:abstractNumId w:val="7"/></w:num>
</w:numbering>"""
_FOOTNOTES = f"""<w:footnotes {nsdecls("w")}>
  <w:footnote w:type="separator" w:id="-1"><w:p><w:r><w:separator/></w:r></w:p></w:footnote>
  <w:footnote w:id="2"><w:p><w:r><w:footnoteRef/></w:r><w:r><w:t>以企业为主导的培养制度。</w:t></w:r></w:p></w:footnote>
</w:footnotes>"""


def make_word_lists(path: Path) -> None:
    """Lists counted by Word, one taken off, a merged table, a footnote, hidden text, a field, a running title."""
    document = docx.Document()
    numbering = document.part.numbering_part
    numbering._element = parse_xml(_NUMBERING)
    document.sections[0].header.paragraphs[0].text = "示例省人民政府公报"

    def add(text: str, level: int | None = None, num_id: int = 3):
        paragraph = document.add_paragraph(text)
        if level is not None:
            properties = paragraph._p.get_or_add_pPr()
            properties.append(
                parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="{level}"/><w:numId w:val="{num_id}"/></w:numPr>')
            )
        return paragraph

    add("示例省技能提升实施方案")
    add("为提升劳动者技能，制定本方案。")
    add("总体要求", 0)
    add("指导思想", 1)
    add("坚持就业导向。")
    add("（二）工作目标", 1, num_id=0)
    hidden = add("到2025年培训100万人次。").add_run("不显示的文字")
    hidden.font.hidden = True
    add("重点任务", 0)
    add("扩大规模", 1)
    add("支持企业开展学徒制", 2)._p.append(
        parse_xml(f'<w:r {nsdecls("w")}><w:footnoteReference w:id="2"/></w:r>')
    )
    add("支持院校面向社会招生", 2)
    add("落实补贴", 1)
    table = document.add_table(rows=4, cols=3)
    for row, cells in enumerate([("工种", "补贴标准（元）", ""), ("", "初级", "中级"), ("电工", "1000", "1500"), ("焊工", "1200", "1600")]):
        for column, text in enumerate(cells):
            table.cell(row, column).text = text
    table.cell(0, 0).merge(table.cell(1, 0))
    table.cell(0, 1).merge(table.cell(0, 2))
    add("保障措施", 0)
    closing = add("详见")
    for kind, text in (("begin", None), (None, ' HYPERLINK "http://www.example.gov.cn/a.docx" '), ("separate", None), ("shown", "补贴目录"), ("end", None)):
        run = closing.add_run()
        if kind == "shown":
            run.text = text
        elif kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
            run._r.append(mark)
        else:
            code = OxmlElement("w:instrText")
            code.text = text
            run._r.append(code)
    closing.add_run("。")
    document.save(path)
    _add_part(path, "word/footnotes.xml", _FOOTNOTES)


def _add_part(path: Path, name: str, xml: str) -> None:
    """Add footnotes, which python-docx does not write."""
    with zipfile.ZipFile(path) as archive:
        parts = {item: archive.read(item) for item in archive.namelist()}
    parts[name] = xml.encode()
    kind = "application/vnd.openxmlformats-officedocument.wordprocessingml.footnotes+xml"
    parts["[Content_Types].xml"] = parts["[Content_Types].xml"].replace(
        b"</Types>", f'<Override PartName="/{name}" ContentType="{kind}"/></Types>'.encode()
    )
    relations = "word/_rels/document.xml.rels"
    schema = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/footnotes"
    parts[relations] = parts[relations].replace(
        b"</Relationships>", f'<Relationship Id="rIdFoot" Type="{schema}" Target="footnotes.xml"/></Relationships>'.encode()
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for item, data in parts.items():
            archive.writestr(zipfile.ZipInfo(item, (2020, 1, 1, 0, 0, 0)), data, zipfile.ZIP_DEFLATED)


_PRINTED = """<meta charset="utf-8"><style>
@page { size: A5; margin: 22mm 18mm }
body { font: 11pt/1.7 "Noto Serif CJK SC"; text-align: justify }
p { margin: 0; text-indent: 2em } h1, h2, h3 { text-align: center; font-weight: bold; margin: 6pt 0; text-indent: 0 }
h1 { font-size: 18pt; letter-spacing: .3em } h2 { font-size: 14pt; letter-spacing: .5em } h3 { font-size: 12pt }
.toc p { text-indent: 0 } .new { break-before: page } table { border-collapse: collapse; width: 100% } td { border: 1px solid }
</style>
<h1>示例省技能规划</h1>
<div class="toc"><h3>目　录</h3><p>第一章 总则……………………1</p><p>第一节 总体要求……………………1</p><p>第二章 重点任务……………………2</p><p>第三章 附则……………………3</p></div>
<h2 class="new">第一章 总则</h2><h3>第一节 总体要求</h3>
<p>一、指导思想</p><p>PARAGRAPH</p><p>二、主要目标</p>
<p>到2025年，全省开展补贴性职业技能培训100万人次以上，新增高技能人才10万人以上，主要指标见下表。</p>
<table><tr><td rowspan="2">指标</td><td colspan="2">年度目标</td></tr><tr><td>2021年</td><td>2025年</td></tr>
<tr><td>培训人次（万）</td><td>15</td><td>25</td></tr><tr><td>实训基地（个）</td><td>10</td><td>40</td></tr></table>
<p>PARAGRAPH</p>
<h2>第二章 重点任务</h2><p>一、扩大培训规模</p><p>（一）面向企业职工</p><p>PARAGRAPH</p><p>（二）面向农村劳动者</p><p>PARAGRAPH</p>
<p>二、完善评价制度</p><p>PARAGRAPH</p><h2>第三章 附则</h2><p>本规划自印发之日起施行。</p>"""
_TABLES = """<meta charset="utf-8"><style>
@page { size: A5; margin: 20mm 16mm }
body { font: 10pt/1.6 "Noto Serif CJK SC"; text-align: justify }
p { margin: 0; text-indent: 2em } h1, h2 { text-align: center; margin: 6pt 0 } h1 { font-size: 16pt } h2 { font-size: 13pt }
table { border-collapse: collapse; width: 100% } td, th { border: 1px solid; padding: 2pt; font-weight: normal }
.bare td { border: none } .bare tr:first-child td { border-bottom: 1px solid } .columns { columns: 2; column-gap: 8mm }
</style>
<h1>示例省人民政府公报</h1><div class="columns"><p>一、总体要求</p><p>PARAGRAPH</p><p>二、基本原则</p><p>（一）坚持就业导向。PARAGRAPH</p>
<p>（二）坚持共建共享。PARAGRAPH</p></div>
<p>三、主要目标</p><p>表1 主要指标</p><table class="bare"><tr><td>指标</td><td>单位</td><td>2020年</td><td>2025年</td></tr>
<tr><td>城镇新增就业</td><td>万人</td><td>50</td><td>〔250〕</td></tr><tr><td>城镇调查失业率</td><td>%</td><td>5.5</td><td>＜5.5</td></tr></table>
<p>四、组织实施</p><p>PARAGRAPH</p><p>附件1</p><h2>重点任务分工表</h2>
<table><thead><tr><th rowspan="2">序号</th><th rowspan="2">任务</th><th colspan="2">目标</th><th rowspan="2">责任单位</th></tr><tr><th>2025年</th><th>单位</th></tr></thead>
ROWS</table><p>注：按职责分工负责。</p>"""
# Rows that the page's end cuts in two: with numbers before them, and without; and one that only a merged cell makes look cut.
_CUT = """<meta charset="utf-8"><style>
@page { size: A5; margin: 20mm 16mm }
body { font: 10pt/1.6 "Noto Serif CJK SC" } p { margin: 0; text-indent: 2em } h1 { text-align: center; font-size: 16pt }
table { border-collapse: collapse; width: 100% } td { border: 1px solid; padding: 2pt; vertical-align: top }
.new { break-before: page }
</style>
<h1>示例省任务分工</h1><p>一、主要任务</p><p>PARAGRAPH</p><p>PARAGRAPH</p><p>PARAGRAPH</p><p>PARAGRAPH</p><p>PARAGRAPH</p>
<table><tr><td width="10%">序号</td><td width="60%">任务</td><td width="30%">责任单位</td></tr>
<tr><td>1</td><td>扩大培训规模。</td><td>省人社厅</td></tr>
<tr><td>2</td><td>TASK</td><td>省教育厅、省财政厅</td></tr>
<tr><td>3</td><td>强化监督检查。</td><td>省审计厅</td></tr></table>
<p class="new">二、支持政策</p><p>PARAGRAPH</p><p>PARAGRAPH</p><p>PARAGRAPH</p><p>PARAGRAPH</p><p>PARAGRAPH</p><p>PARAGRAPH</p>
<table><tr><td width="20%">政策</td><td width="60%">内容</td><td width="20%">对象</td></tr>
<tr><td>培训补贴</td><td>按规定给予补贴。</td><td>企业职工</td></tr>
<tr><td>学费减免</td><td>TASK</td><td>在校学生</td></tr>
<tr><td>创业贷款</td><td>给予贴息支持。</td><td>登记失业人员</td></tr></table>
<p>三、组织实施</p><p>各责任单位要抓好落实。</p>"""
_TASK = "健全终身职业技能培训制度，推动培训与产业发展紧密结合，充分发挥企业主体作用，鼓励社会力量参与，提高培训的针对性和有效性，满足劳动者提升技能的需要。"
# As a browser prints a page: the day, the page's title and its address around the text.
_BROWSER = """<html><head><meta charset="utf-8"><title>示例市人民政府关于印发示例市技能提升行动方案的通知_示例市人民政府</title><style>
body { font: 12pt/1.9 "Noto Serif CJK SC" } p { margin: 0; text-indent: 2em; text-align: justify }
h1 { text-align: center; font-size: 18pt } .right { text-align: right } .flush { text-indent: 0 } .middle { text-align: center; text-indent: 0 }
.field, .page { border: 1px solid; padding: 4px; margin: 4px } .page { padding: 4px 24px } .wide { display: flex; justify-content: space-between }
</style></head><body><div class="wide"><span>首页</span><span>要闻</span><span>政策</span><span>互动</span><span>服务</span></div>
<div class="field">请输入关键字</div><p class="flush">首页 &gt; 政务公开 &gt; 政策文件</p><div class="page">
<h1>示例市人民政府关于印发示例市技能提升行动方案的通知</h1><p class="middle">示政发〔2024〕5号</p>
<p class="flush">各县（区）人民政府，市政府各部门：</p><p>现将《示例市技能提升行动方案》印发给你们，请认真贯彻执行。</p>
<p class="right">示例市人民政府</p><p class="right">2024年7月29日</p><p class="middle">（此件公开发布）</p>
<p class="flush">附件</p><p class="middle">示例市技能提升行动方案</p><p>一、总体要求</p><p>PARAGRAPH</p><p>二、重点任务</p><p>（一）扩大规模</p><p>PARAGRAPH</p>
<p>（二）提高质量</p><p>PARAGRAPH</p><p>三、组织实施</p><p>各县（区）要抓好落实。</p><p class="right">2024年7月29日</p></div>
<div class="wide"><span>国家部委网站</span><span>各省区市政府网站</span></div><p class="middle">网站地图 | 关于我们</p></body></html>"""
_PARAGRAPH = (
    "坚持以人民为中心的发展思想，大规模开展职业技能培训，健全终身职业技能培训制度，推动培训与产业发展、就业需求紧密结合，"
    "充分发挥企业主体作用，鼓励社会力量参与，提高培训的针对性和有效性，不断满足劳动者提升技能的需要，为经济社会发展提供技能人才支撑。"
)


def make_printed(path: Path, markup: str = _PRINTED) -> None:
    """A PDF as a browser prints it: hard wraps, running title, page numbers, contents, letter-spaced headings, tables."""
    from playwright.sync_api import sync_playwright

    browser_path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        page = browser.new_page()
        page.set_content(markup.replace("PARAGRAPH", _PARAGRAPH * 2))
        style = 'style="font: 8pt Noto Serif CJK SC; width: 100%; text-align: center"'
        page.pdf(
            path=str(path), prefer_css_page_size=True, display_header_footer=True,
            header_template=f"<div {style}>示例省人民政府公报</div>",
            footer_template=f'<div {style}>— <span class="pageNumber"></span> —</div>',
        )  # fmt: skip
        browser.close()


def make_plainly_printed(path: Path, markup: str) -> None:
    """A PDF without heads and feet."""
    _print(path, markup, prefer_css_page_size=True)


def make_printed_by_browser(path: Path, markup: str, address: str) -> None:
    """A PDF with what a browser's own dialog prints around a page: its day and title above, its address and number below."""
    edge = 'style="font: 8pt Noto Serif CJK SC; width: 100%; margin: 0 8mm; display: flex; justify-content: space-between"'
    _print(
        path, markup, format="A5", margin={side: "14mm" for side in ("top", "bottom", "left", "right")}, display_header_footer=True,
        header_template=f'<div {edge}><span>2024/8/1 10:15</span><span class="title"></span><span></span></div>',
        footer_template=f'<div {edge}><span>{address}</span><span><span class="pageNumber"></span>/<span class="totalPages"></span></span></div>',
    )  # fmt: skip


def _print(path: Path, markup: str, **options: object) -> None:
    from playwright.sync_api import sync_playwright

    browser_path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        page = browser.new_page()
        page.set_content(markup.replace("PARAGRAPH", _PARAGRAPH).replace("TASK", _TASK))
        page.pdf(path=str(path), **options)
        browser.close()


def make_scan(path: Path) -> None:
    """A PDF of a picture only."""
    Image.new("L", (300, 400), 240).save(path, "PDF")


def make_by_office(source: Path, target: Path, filter_: str) -> None:
    """Convert by LibreOffice."""
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(
            ["soffice", f"-env:UserInstallation=file://{folder}/profile", "--headless", "--convert-to", filter_, "--outdir",
             folder, str(source)],
            check=True, capture_output=True, timeout=180,
        )  # fmt: skip
        shutil.copy(Path(folder) / f"{source.stem}{target.suffix}", target)


def main() -> None:
    """Make them all."""
    make_word_lists(FOLDER / "word-lists.docx")
    make_printed(FOLDER / "printed.pdf")
    rows = "".join(
        f"<tr><td>{n}</td><td>第{n}类重点人群职业技能培训</td><td>{3 * n}</td><td>万人次</td><td>省人社厅</td></tr>" for n in range(1, 41)
    )
    make_printed(FOLDER / "printed-tables.pdf", _TABLES.replace("ROWS", rows))
    make_plainly_printed(FOLDER / "cut-rows.pdf", _CUT)
    make_printed_by_browser(FOLDER / "printed-by-browser.pdf", _BROWSER, "https://www.example.gov.cn/zwgk/2024/t20240729_1.html")
    make_scan(FOLDER / "scan.pdf")
    with tempfile.TemporaryDirectory() as folder:
        plain = Path(folder) / "old-word.docx"
        document = docx.Document()
        for line in ("示例省培训方案", "一、目标任务", "（一）扩大规模", "扩大培训规模。", "（二）提高质量", "提高培训质量。", "二、组织实施", "加强领导。"):
            document.add_paragraph(line)
        document.save(plain)
        make_by_office(plain, FOLDER / "old-word.doc", "doc:MS Word 97")
        secret = '{"EncryptFile":{"type":"boolean","value":"true"},"DocumentOpenPassword":{"type":"string","value":"x"}}'
        make_by_office(plain, FOLDER / "encrypted.pdf", f"pdf:writer_pdf_Export:{secret}")


if __name__ == "__main__":
    main()
