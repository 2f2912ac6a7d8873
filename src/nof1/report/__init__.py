"""What is told: pictures, words and pages. Computes nothing that a result does not hold.

`nof1.report.summary(result, path)` writes the results page.
"""

from nof1.report.pdf import summary

__all__ = ["summary"]
