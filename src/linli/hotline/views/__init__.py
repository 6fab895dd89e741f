"""The pages of the hotline desk."""
