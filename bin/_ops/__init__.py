"""Setting up, starting, testing and looking after Linli. Standard library only: it runs before
the virtual environment exists."""
