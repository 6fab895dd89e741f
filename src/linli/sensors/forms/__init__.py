"""The forms of the pages of sensors."""
