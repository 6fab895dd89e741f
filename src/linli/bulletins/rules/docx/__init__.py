"""Word files. The modules in here bring lxml, megabytes that few requests need: whoever reads or
writes such a file imports them then."""

MOST_BYTES = 5 * 1024 * 1024  # of a template
