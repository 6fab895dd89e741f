"""The words of the desk: queues, moves and their inputs, columns. Pure: no database."""
