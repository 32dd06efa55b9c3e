"""What ingest and query both need to know of the Chinese script: numerals, normal forms, search tokens."""
