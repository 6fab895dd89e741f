"""The pages of the desk, by what people do there."""
