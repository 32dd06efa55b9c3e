"""Shared by all tests: the corpus, and a database built from it once."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

from ingest.build import build
from ingest.parse import parse
from ingest.read import read
from ingest.records import Parsed, Reading
from ingest.stamp import ROOT

# A submission must not fail for an example that chance finds in what it did not change.
settings.register_profile("ci", derandomize=True)
if os.environ.get("CI"):
    settings.load_profile("ci")

CORPUS = ROOT / "corpus"
DOCUMENT_IDS = sorted(path.parent.name for path in CORPUS.glob("*/document.yml"))


@pytest.fixture(scope="session")
def site_db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database built from the corpus; tests read it and never write it."""
    db = tmp_path_factory.mktemp("site") / "kb.db"
    build(CORPUS, db)
    return db


@pytest.fixture(scope="session")
def corpus_parses() -> dict[str, Parsed]:
    """The parse of each document's current version."""
    return {document_id: parse(read(CORPUS / document_id / "v1.txt")) for document_id in DOCUMENT_IDS}


def parse_text(text: str) -> Parsed:
    """Parse a text that a test writes out."""
    return parse(Reading(text, "text/plain", "utf-8", ""))
