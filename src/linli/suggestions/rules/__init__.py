"""Learning from closed cases which class and which unit the words of a report speak of."""
