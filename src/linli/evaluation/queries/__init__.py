"""Every read of evaluation."""
