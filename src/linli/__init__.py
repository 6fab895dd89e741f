"""Linli (邻里): grid-based governance of cities and communities."""
