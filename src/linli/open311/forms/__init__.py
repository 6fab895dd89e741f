"""Reading what arrives: forms of other systems, and those of our own pages."""
