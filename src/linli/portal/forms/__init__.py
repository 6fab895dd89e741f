"""What residents fill in: bounded, checked at the field, and given back as typed."""
