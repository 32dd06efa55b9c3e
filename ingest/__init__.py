"""From captured files to kb.db: read, clean, segment, tabulate, describe, store, one module a step."""
