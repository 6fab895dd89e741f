"""The console's forms, by area. They read; services judge."""
