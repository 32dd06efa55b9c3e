"""Citations in words, by the rules that Chinese journals ask for.

《法学引注手册》 (2019): of a 规范性文件 the issuer stands before the title unless the title names it; its number after a
comma, or in brackets where a provision follows; ordinals in Arabic figures without brackets; where it was read.
GB/T 7714: responsible bodies (three, then 等), title: number[type/carrier]. place(date)[day of access]. address. The 2015
edition files government papers under A (archives) and sets half-width signs; that of 2025 keeps A for what an archive
holds, takes EB, and sets full-width commas, colons and round brackets. What is supplied stands in square brackets in
both. Neither has a rule for the clauses of a plan: they stand where a page number would.
"""

from __future__ import annotations

from collections.abc import Callable

from query.citation.gather import Cited
from query.dates import write_date

_MOST_NAMED = 3


def cite_by_law_manual(cited: Cited) -> str:
    """Return a citation as 《法学引注手册》 asks for it."""
    title = cited.title.replace("《", "〈").replace("》", "〉")
    named = _name_issuers(cited)
    remarks = [remark for remark in cited.remarks if not (cited.is_repost and remark == "据转载的文本")]
    words = f"{named}《{title}》" + (f"（{'；'.join(remarks)}）" if remarks else "")
    if cited.eid:
        words += f"（{cited.doc_number}）" if cited.doc_number else ""
        words += cited.place(printed=False)
        steps = [words]
    else:
        steps = [words, cited.doc_number or ""]
    day, deed = cited.dated
    if day:
        steps.append(write_date(day) + deed)
    if cited.is_repost:
        steps.append(f"据{write_date(cited.reposted_on)}转载的文本" if cited.reposted_on else "据转载的文本")
    if cited.site:
        steps.append(f"载{cited.site}")
    steps += [cited.address, f"{write_date(cited.accessed_on)}访问"]
    return "，".join(filter(None, steps)) + "。"


def cite_by_gb_2015(cited: Cited) -> str:
    """Return a citation as GB/T 7714—2015 asks for it."""
    return _cite_by_gb(cited, "A/OL", comma=", ", colon=": ", brackets="()")


def cite_by_gb_2025(cited: Cited) -> str:
    """Return a citation as GB/T 7714—2025 asks for it."""
    return _cite_by_gb(cited, "EB/OL", comma="，", colon="：", brackets="（）")


#: By id: what a style is called, and what writes it.
STYLES: dict[str, tuple[str, Callable[[Cited], str]]] = {
    "law": ("法学引注手册", cite_by_law_manual),
    "gb2025": ("GB/T 7714—2025", cite_by_gb_2025),
    "gb2015": ("GB/T 7714—2015", cite_by_gb_2015),
}


def cite_all(cited: Cited) -> list[dict[str, str]]:
    """Return a citation in every style: ``[{"id", "name", "text"}]``."""
    return [{"id": style, "name": name, "text": write(cited)} for style, (name, write) in STYLES.items()]


def _name_issuers(cited: Cited) -> str:
    issuers = cited.issuers
    if not issuers or any(cited.title.startswith(issuer) for issuer in issuers):
        return ""
    return issuers[0] + "等" if len(issuers) > _MOST_NAMED - 1 else "、".join(issuers)


def _cite_by_gb(cited: Cited, type_and_carrier: str, comma: str, colon: str, brackets: str) -> str:
    named = comma.join([*cited.issuers[:_MOST_NAMED], *(["等"] if len(cited.issuers) > _MOST_NAMED else [])]) or "佚名"
    title = f"[{cited.title}]" if cited.title_supplied else cited.title
    if cited.doc_number:
        title += colon + cited.doc_number
    day, deed = cited.dated
    # A bare date is the day of publication; any other one says what it is.
    dates = [day + ("" if deed == "发布" else deed) if day else "日期不详"]
    if cited.is_repost:
        dates.append(f"{cited.reposted_on or ''}转载")
    when = f"{brackets[0]}{comma.join(dates)}{brackets[1]}[{cited.accessed_on}]"
    return f"{named}. {title}[{type_and_carrier}]. {cited.place()}{when}. {cited.address}."
