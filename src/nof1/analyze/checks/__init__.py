"""Does the answer hold: computation, model, other choices, the randomization alone."""
