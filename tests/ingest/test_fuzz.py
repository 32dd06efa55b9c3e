"""Mutated pages: whatever happens to a captured file, every character is accounted for, or one line says why not."""

from __future__ import annotations

import random
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.account import account
from ingest.admit import parse_file
from ingest.decode import decode
from ingest.records import SourceError
from tests.ingest.mutate import mutate

FIXTURES = Path(__file__).parent / "fixtures"
TEXTS = {p.name: decode(p.read_bytes(), p)[0] for p in sorted(FIXTURES.iterdir()) if p.suffix in (".txt", ".html", ".md")}


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(sorted(TEXTS)), st.integers(0, 2**32))
def test_mutated_pages_are_accounted_for(tmp_path_factory, name, seed):
    chance = random.Random(seed)
    path = tmp_path_factory.mktemp("fuzz") / f"v1{Path(name).suffix}"
    path.write_text(mutate(TEXTS[name], TEXTS[chance.choice(sorted(TEXTS))], chance), "utf-8", newline="")
    try:
        parsed = parse_file(path)
    except SourceError as error:
        assert str(error).startswith(f"{path}: ") and "\n" not in str(error)
        return
    assert account(parsed) == [], f"{name} with seed {seed}"


@settings(max_examples=25, deadline=None)
@given(st.sampled_from(["word-lists.docx", "printed.pdf"]), st.integers(0, 2**32))
def test_broken_word_and_pdf_files_are_accounted_for_or_refused(tmp_path_factory, name, seed):
    chance = random.Random(seed)
    data = bytearray((FIXTURES / name).read_bytes())
    for _ in range(chance.randint(1, 20)):
        data[chance.randrange(len(data))] = chance.randrange(256)
    path = tmp_path_factory.mktemp("fuzz") / f"v1{Path(name).suffix}"
    path.write_bytes(data if chance.random() < 0.7 else data[: chance.randrange(len(data))])
    try:
        assert account(parse_file(path)) == [], f"{name} with seed {seed}"
    except SourceError as error:
        assert str(error).startswith(f"{path}: ") and "\n" not in str(error)
