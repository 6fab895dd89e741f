"""The forms of the hotline desk: the call, calling back, the knowledge base, the lines."""
