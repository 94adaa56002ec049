"""Review: two different people read each figure of a document before it counts."""
