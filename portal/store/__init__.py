"""The private store: its schema, the only writes, the questions and the checks."""
