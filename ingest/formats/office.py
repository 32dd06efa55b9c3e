"""Turn an old Word file (.doc) into .docx by LibreOffice, where that is installed."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from ingest.records import UnfitError

SECONDS = 120


def convert_to_docx(data: bytes, path: Path) -> bytes:
    """Return the file as .docx; raises UnfitError where LibreOffice is missing, fails or takes too long."""
    office = shutil.which("soffice") or shutil.which("libreoffice")
    if office is None:
        raise UnfitError(f"{path}: reading .doc needs LibreOffice, which is not installed; install it or save as .docx")
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "source.doc"
        source.write_bytes(data)
        # A profile of its own: two conversions at once would lock each other out of the user's.
        command = [
            office, f"-env:UserInstallation=file://{folder}/profile", "--headless", "--norestore", "--convert-to",
            "docx:MS Word 2007 XML", "--outdir", folder, str(source),
        ]  # fmt: skip
        try:
            subprocess.run(command, check=True, capture_output=True, timeout=SECONDS)
            return (Path(folder) / "source.docx").read_bytes()
        except (subprocess.SubprocessError, OSError) as error:
            raise UnfitError(f"{path}: LibreOffice cannot read it ({type(error).__name__}); save it as .docx") from None
