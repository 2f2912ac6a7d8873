"""What is decided beforehand: the protocol, the analysis it fixes, the order of the periods. Knows no diary and no result."""
