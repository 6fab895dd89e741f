"""The residents' pages: parse, call, answer."""
