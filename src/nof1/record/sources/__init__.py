"""Readers of other programs' files. Each turns a file into a `Table` of text; what the columns mean is settled later."""
