"""What the console's pages show, by area."""
