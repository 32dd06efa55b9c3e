"""Shared by all tests: the corpus, and a database built from it once."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock
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
def build_once(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str, Callable[[Path], object]], Path]:
    """Return a function that gives kb.db in the folder of a name, built by the first who asks of all that run side by side.

    ``make`` puts kb.db into the empty folder it is given; tests read it and never write it.
    """
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base

    def build_once(name: str, make: Callable[[Path], object]) -> Path:
        folder, whole = shared / name, shared / f"{name}.whole"
        with FileLock(shared / f"{name}.lock"):
            if not whole.exists():
                shutil.rmtree(folder, ignore_errors=True)  # what one that failed has left
                folder.mkdir()
                make(folder)
                whole.touch()
        return folder / "kb.db"

    return build_once


@pytest.fixture(scope="session")
def site_db(build_once) -> Path:
    """A database built from the corpus; tests read it and never write it."""
    return build_once("site", lambda folder: build(CORPUS, folder / "kb.db"))


@pytest.fixture(scope="session")
def many_db(build_once) -> Path:
    """A database of 44 short documents: more than a list to choose from names."""
    from tests.site.many import build_many

    return build_once("many", build_many)


@pytest.fixture(scope="session")
def corpus_parses() -> dict[str, Parsed]:
    """The parse of each document's current version."""
    return {document_id: parse(read(CORPUS / document_id / "v1.txt")) for document_id in DOCUMENT_IDS}


def parse_text(text: str) -> Parsed:
    """Parse a text that a test writes out."""
    return parse(Reading(text, "text/plain", "utf-8", ""))
