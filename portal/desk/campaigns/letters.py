"""The letter to one authority: the campaign's question under the law that binds it."""

from portal.core.foi.laws import law
from portal.store.campaigns import Campaign

LIMITS = {
    "foia": " If finding a number would pass the cost limit of section 12, please answer the parts"
    " that would not.",
    "foisa": " If finding a number would pass the cost limit of section 12 of that Act, please"
    " answer the parts that would not.",
}


def letter(campaign: Campaign, authority: str, law_id: str) -> str:
    """Return the letter as plain text, without a name under it: who sends it adds their own.

    `authority` is its name, `law_id` the code of the law.
    """
    under = law(law_id)
    years = campaign.first if campaign.first == campaign.last else (
        f"each calendar year from {campaign.first} to {campaign.last}"
    )  # fmt: skip
    act = f"Under the {under.name}" if law_id != "other" else "Under your law on access to records"
    return (
        f"Dear {authority},\n\n{act}, please tell me, for {years}:\n\n"
        f"{campaign.question.strip()}\n\n"
        "I ask for totals only: no case and no person need be named. If a year or a number is not"
        " held, please answer the others and say which is not held."
        f"{LIMITS.get(law_id, '')} If you refuse any part, please name the section and say for"
        " which part.\n\nPlease send the numbers as a table in a CSV file.\n\nYours faithfully,\n"
    )
