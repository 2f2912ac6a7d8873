"""A trial from a table that already holds the outcome, and the arm of each night: nights lived before nof1 was there."""
