"""Which order it became, and what may change it."""
