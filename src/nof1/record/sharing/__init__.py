"""Trials that can be shown to others."""
