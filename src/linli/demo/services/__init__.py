"""Making the demo city: ground, people, cases; and new reports while one watches."""
