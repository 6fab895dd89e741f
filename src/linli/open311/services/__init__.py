"""Writes of the Open311 face."""
