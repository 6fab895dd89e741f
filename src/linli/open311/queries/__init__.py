"""Reads of the Open311 face: what is served, what is asked, what was sent on."""
