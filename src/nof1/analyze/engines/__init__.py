"""What computes the posterior: PyMC with NUTS, and engines that need no compiling."""
