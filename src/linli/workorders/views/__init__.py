"""The door for other systems, and the pages of staff."""
