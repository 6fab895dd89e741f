"""What the residents' pages show, put together from the public reads of the packages below."""
