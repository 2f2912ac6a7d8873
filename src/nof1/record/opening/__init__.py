"""Opening a file of unknown making: text table, spreadsheet, archive, JSON or XML, as rows of text."""
