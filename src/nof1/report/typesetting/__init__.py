"""Words and pictures to PDF."""
