"""Pure decisions about the territory: codes, coordinates, lattices."""
