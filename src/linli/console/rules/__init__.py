"""What the console decides without the database."""
