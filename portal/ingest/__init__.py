"""How figures come in: the bundled data, and one source from fetch to record."""
