"""Which facts a case leaves, what counts in a period, and what is made of the counts. Pure."""
