"""By what rule a figure of a document was approved: the exact texts that pages show."""

TWO_PEOPLE = "two people read it independently and agreed"
CAME_ROUND = "two people read it independently, differed at first, and agreed on a second look"
SETTLED = "a third reading settled it"
SINGLE = "single reading: the second is still due"

# Stands beside the figure until the second person agrees.
SINGLE_NOTE = "Single reading: a second person has yet to read this figure."
TAKEN_BACK = "Two people read the document again and took this figure back."
