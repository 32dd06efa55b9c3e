"""The command line: thin over ingest and query."""
