"""What a map looks like: colours and the order of its layers. Nothing here asks the database."""
