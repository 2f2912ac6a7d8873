"""What is asked before a trial and said beside it: the safety screen, upper levels of a dose, when to stop."""
