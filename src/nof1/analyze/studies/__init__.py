"""Studies of many people before the first of them starts: how many are needed, of which design."""
