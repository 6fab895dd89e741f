"""Pure decisions: what an order says in our words, what we say in theirs, and who signed it."""
