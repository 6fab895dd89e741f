"""What marks are made of, decided without the database."""
