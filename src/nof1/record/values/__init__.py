"""Values as people write them."""
