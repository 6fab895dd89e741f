"""Every read of the sensors."""
