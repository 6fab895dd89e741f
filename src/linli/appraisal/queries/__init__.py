"""Every read of appraisal."""
