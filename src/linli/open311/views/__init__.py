"""GeoReport v2 for other systems, and the pages on which it is set up and looked after."""
