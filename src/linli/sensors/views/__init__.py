"""Doors for devices, pages for people."""
