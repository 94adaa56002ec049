"""The desk's pages: a process of its own, which the public site passes /desk on to."""
