"""What changes: platforms, orders, and what their platforms are told."""
