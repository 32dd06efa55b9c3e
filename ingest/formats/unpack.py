"""Unpack deflated streams for their size alone, so that none is unpacked into memory that holds more than a document."""

from __future__ import annotations

import zlib
from pathlib import Path
from typing import Any

from ingest.records import UnfitError

LARGEST_UNPACKED = 400 << 20  # bytes of all streams; a gazette of 300 pages has a tenth
MOST_LAYERS = 8  # a stream is packed once, a few are once more


class Unpacking:
    """Counts what streams unpack to without keeping it; what was packed twice is unpacked twice, as the parser would."""

    def __init__(self, path: Path) -> None:
        self.path, self.unpacked = path, 0

    def begin(self) -> None:
        """Begin another stream."""
        self.layers: list[Any] = []

    @property
    def is_over(self) -> bool:
        """True where the stream has ended, or is packed in another way, or not at all."""
        return bool(self.layers) and (self.layers[0] is None or self.layers[0].eof)

    def feed(self, block: bytes, depth: int = 0) -> None:
        """Unpack a piece of the stream, and what comes out as long as that is packed too. Raises UnfitError."""
        if depth == len(self.layers):
            if depth == MOST_LAYERS:
                raise UnfitError(f"{self.path}: unpacks to what is packed more than {MOST_LAYERS} times; it is no document")
            self.layers.append(zlib.decompressobj())
        layer = self.layers[depth]
        try:
            while block and layer is not None and not layer.eof:
                made = layer.decompress(block, 2**20)
                self.unpacked += len(made)
                if self.unpacked > LARGEST_UNPACKED:
                    raise UnfitError(f"{self.path}: unpacks to more than {LARGEST_UNPACKED >> 20} MB; it is no document")
                if made:
                    self.feed(made, depth + 1)
                block = layer.unconsumed_tail
        except zlib.error:
            self.layers[depth] = None  # from here on it is what it is
