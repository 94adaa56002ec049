"""Reading documents: inspection and extraction in walled-off processes, behind a queue."""
