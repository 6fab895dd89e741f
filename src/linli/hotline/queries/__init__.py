"""Every read of the hotline desk."""
