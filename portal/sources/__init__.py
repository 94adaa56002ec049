"""One publisher, one module: SOURCE, snapshots(get), observations(snapshot)."""
