"""The conversation that plans a trial. Its steps are data."""
