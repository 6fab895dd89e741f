"""The pages of the phone, by what a worker does there."""
