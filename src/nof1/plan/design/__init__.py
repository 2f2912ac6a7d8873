"""What a design is: kinds, sequences, periods, planned looks."""
