"""Whole days of work in a browser, with the eyes and hands of the people who do it."""
