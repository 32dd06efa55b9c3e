"""kb.db -> answers. Pure functions over an open connection that return plain data, never HTML.

The site, the command line and the ``.json`` addresses all call these, so that there is one answer.
"""
