"""Tables out of documents: bytes in, plain tables out."""
