"""Set texts beside each other: sentences, the rows in which they correspond, and the words that they share.

Nothing here knows of documents or of a database: texts in, spans out.
"""
