"""Is all of this as it was left? Reads every file of a trial folder, writes none."""
