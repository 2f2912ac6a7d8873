"""What the nights mean: the model, two computations of it, and the results. Prints nothing and writes no page."""
