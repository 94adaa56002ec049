"""PDF: its bytes, its objects, and what its rendered pages show of its text."""
