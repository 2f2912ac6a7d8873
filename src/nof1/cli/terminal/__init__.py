"""What the commands show and ask on a terminal."""
