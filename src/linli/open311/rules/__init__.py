"""What Open311 GeoReport v2 asks for, decided without a database."""
