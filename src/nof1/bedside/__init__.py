"""The bedside diary: one page that asks what `nof1 log` asks, and what serves it. Only the commands import this room."""
