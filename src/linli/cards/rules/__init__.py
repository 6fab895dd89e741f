"""Pure decisions: levels, what a rule of cards finds, what may happen to a card."""
