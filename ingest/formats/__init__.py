"""One module a format: bytes to the text that a reader sees, with what the format tells about it."""
