"""The diary: its entries, what it asks, its one writer and journal."""
