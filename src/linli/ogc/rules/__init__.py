"""What OGC API Features asks for, as values: no database, no request."""
