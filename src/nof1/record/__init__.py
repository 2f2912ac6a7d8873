"""What happened: the diary, imported files, and the trial that joins them with the plan. Knows no model."""
