"""Pages of announcements: for readers, authors and approvers, and the city's settings."""
