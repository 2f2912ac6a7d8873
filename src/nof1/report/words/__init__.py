"""Numbers to sentences."""
