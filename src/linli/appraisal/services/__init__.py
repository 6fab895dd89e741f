"""Every write of appraisal."""
