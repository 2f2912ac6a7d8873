"""The model: its numbers, priors and terms. Knows no engine."""
