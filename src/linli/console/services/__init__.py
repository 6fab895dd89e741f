"""Writes that the console adds to those of the packages below: guarded, staged, remembered."""
