"""What people type at the desk, read into the values that services and queries take."""
