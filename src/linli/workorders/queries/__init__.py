"""Reading platforms and orders, cut to what a person may see."""
