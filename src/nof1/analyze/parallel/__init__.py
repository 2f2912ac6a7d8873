"""The same work on many things."""
