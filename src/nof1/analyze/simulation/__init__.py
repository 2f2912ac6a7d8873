"""Trials with a known truth: what a design would find."""
