"""Questions to the audit lake, in SQL: what happened, to what, when."""
