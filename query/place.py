"""Say in words where a provision stands: part_5__cl_14 is 第五部分第（十四）条."""

from __future__ import annotations

import re

import cn2an

#: What an eId's step is called, and how its number is written in a text that quotes it as printed.
_STEPS = {
    "part": ("第{n}部分", "第{han}部分"),
    "chp": ("第{n}章", "第{han}章"),
    "sec": ("第{n}节", "第{han}节"),
    "art": ("第{n}条", "第{han}条"),
    "cl": ("第{n}条", "第（{han}）条"),
    "item": ("第{n}项", "第{n}项"),
    "goal": ("第{n}个分项", "第{n}个分项"),
    "para": ("第{n}段", "第{n}段"),
    "box": ("专栏{n}", "专栏{n}"),
    "table": ("表{n}", "表{n}"),
    "row": ("第{n}行", "第{n}行"),
    "note": ("注{n}", "注{n}"),
    "annex": ("附件{n}", "附件{n}"),
    "sent": ("第{n}句", "第{n}句"),
}
_STEP = re.compile(r"(?P<prefix>[a-z]+)_(?P<n>\d{1,4}|[a-z0-9]{1,4}(?:-\d{1,4}){1,3})(?:_(?P<again>\d{1,4}))?\Z")


def write_place(eid: str, printed: bool = True) -> str:
    """Return where a provision stands: 第五部分第（十四）条第2项; ``printed=False`` gives 第5部分第14条第2项.

    The second is what 《法学引注手册》 asks for: Arabic figures without brackets. An article's paragraphs are 款, an
    item's items 目, as statutes have it. A number that stands twice in the source is told apart by ［…］. A step
    that is none of ours stays as it is.
    """
    words = []
    above = ""
    for step in eid.split("__"):
        match = _STEP.match(step)
        if match is None or match["prefix"] not in _STEPS:
            words.append(step)
            continue
        arabic, han = _STEPS[match["prefix"]]
        if match["prefix"] == "para" and above == "art":
            arabic = han = "第{n}款"
        if match["prefix"] == "item" and above == "item":
            arabic = han = "第{n}目"
        if match["n"].isdigit():
            n = int(match["n"])
            words.append((han if printed else arabic).format(n=n, han=cn2an.an2cn(n)))
        else:
            words.append(arabic.format(n=match["n"].upper()))  # 表A-1, 第4-1条
        if match["again"]:
            words.append(f"［第{match['again']}次出现］")
        above = match["prefix"]
    return "".join(words)
