"""Saving, sharing, sending."""
