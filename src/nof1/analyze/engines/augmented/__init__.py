"""Chains in NumPy with the nights behind rounded or far-out values drawn, too."""
