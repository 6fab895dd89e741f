"""What goes wrong in a server room: each ends with a clear word and nothing lost or doubled."""
