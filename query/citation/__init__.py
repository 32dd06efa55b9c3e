"""How a document or one of its provisions is cited: in words (styles), as data for reference managers (exchange)."""

from query.citation.exchange import write_bibtex, write_csl_json, write_ris
from query.citation.gather import Cited, gather
from query.citation.styles import STYLES, cite_all, cite_by_law_manual

__all__ = [
    "STYLES", "Cited", "cite_all", "cite_by_law_manual", "gather", "write_bibtex", "write_csl_json", "write_ris",
]  # fmt: skip
