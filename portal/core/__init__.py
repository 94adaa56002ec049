"""Values and rules: what a figure is and what may be done with it. No network, database or web."""
