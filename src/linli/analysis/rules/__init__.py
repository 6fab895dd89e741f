"""What may be asked, and how answers are drawn: pure."""
