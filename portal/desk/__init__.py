"""The desk: documents that people hand in, inspected, read, checked and approved."""
