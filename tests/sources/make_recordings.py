"""Write the recordings of Google, Apple and Meta: real formats, invented round numbers.

Run it by hand: `python tests/sources/make_recordings.py`. Each folder gets its files and
`recordings.json`, which says at which address each was. Nothing is copied from a publisher.
"""

from formats import Pages, as_csv, as_zip, links, save_all


def google() -> Pages:
    """One zip; and the older single CSV is read by test_samples only."""
    bands = ["Reporting period ending date", "Number of requests (range MIN)",
             "Number of requests (range MAX)", "Number of accounts (range MIN)",
             "Number of accounts (range MAX)"]  # fmt: skip
    first = ["Period Ending", "Country/Region", "CLDR Territory Code"]
    every = [
        [*first, "Legal Process", "User Data Requests", "Percentage disclosed", "Accounts"],
        ["2009-12-31", "Iceland", "IS", "All", 100, 0, 0],
        ["2010-12-31", "Iceland", "IS", "All", 100, 50, 0],
        ["2020-06-30", "Iceland", "IS", "Preservation Requests", 10, "", 20],
        ["2020-06-30", "Iceland", "IS", "Other Legal Requests", 0, 0, 0],
        ["2020-06-30", "Iceland", "IS", "Other Legal Requests", 5, 40, 6],
        ["2020-06-30", "United Nations", "", "Emergency Disclosure Requests", 1, 100, 1],
        ["2020-06-30", "United Kingdom", "GB", "CLOUD ACT - OPOs", 0, 0, 0],
        ["2020-06-30", "United Kingdom", "GB", "CLOUD Act - IPA CDRs", 10, 100, 10],
        ["2020-06-30", "Türkiye", "TR", "Requests for data of local subsidiary", "", "", ""],
    ]
    diplomatic = [[*first[:1], "Country/Region of Origin", first[2], "Assisting Country",
                   "User Data Diplomatic Legal requests"],
                  ["2020-06-30", "Iceland", "IS", "United States", 3]]  # fmt: skip
    enterprise = [[*first, "Product", "Legal Process", "Enterprise Cloud customer requests",
                   "Enterprise Cloud customers", "Percentage disclosed"],
                  ["2020-06-30", "Iceland", "IS", "GCP", "Search Warrants", 2, 2, 50]]  # fmt: skip
    both = [["Period Ending", "Product", "Country/Region of Origin", "Assisting Country",
             "Enterprise Diplomatic Legal requests"],
            ["2020-06-30", "Google Workspace", "Iceland", "Ireland", 1]]  # fmt: skip
    released = [
        ["National Security Letter (NSL) number", "NSL issue date", "FBI release letter date"],
        ["NSL-00-000000", "2010-01-01", "2020-01-01"],
    ]
    secret = [bands, ["2020-06-30", 0, 499, 1000, 1499], ["2019-12-31", 3, 499, 500, 999]]
    folder = "google-user-data-requests/google-"
    content = as_zip({
        f"{folder}global-user-data-requests.csv": as_csv(every),
        f"{folder}global-user-data-dlr-requests.csv": as_csv(diplomatic),
        f"{folder}enterprise-data-requests.csv": as_csv(enterprise),
        f"{folder}enterprise-data-dlr-requests.csv": as_csv(both),
        f"{folder}usnationalsecurity-fisa-content-requests.csv": as_csv(secret),
        f"{folder}usnationalsecurity-fisa-non-content-requests.csv": as_csv(secret),
        f"{folder}usnationalsecurity-nsl-requests.csv": as_csv(secret),
        f"{folder}usnationalsecurity-nsl-requests-released.csv": as_csv(released),
        "google-user-data-requests/README.txt": b"Invented numbers.\n",
    })  # fmt: skip
    address = "https://storage.googleapis.com/transparencyreport/google-user-data-requests.zip"
    return {address: ("google-user-data-requests.zip", content)}


def apple() -> Pages:
    """One zip of every class, with the UK warrants of newer downloads."""
    first = ["TR Period", "TR Start Date", "TR End Date", "Country/Region"]
    when = ["2023 H1", "1/1/23", "6/30/23"]
    given = ["Requests where Data Provided", "Percentage of Requests where Data Provided"]
    bands = ["Requests Received", "Users/Accounts"]
    files = {
        "device": [[*first, "Device Requests Received", "Devices Specified in Requests", *given],
                   [*when, "China mainland", "1,000", 5000, 500, "50%"]],
        "account": [[*first, "Account Requests Received", "Accounts Specified in Requests",
                     "Requests Challenged in Part or Rejected in Full",
                     "Requests where Only Non-Content Data Provided",
                     "Requests where Content Provided", given[1]],
                    [*when, "United Kingdom", 100, 200, 10, 60, 20, "80%"]],
        "account_preservation": [["TR Date", *first[1:], "Account Preservation Requests Received",
                                  "Accounts Specified in Requests",
                                  "Accounts where Data Preserved"],
                                 [*when, "United Kingdom", 10, 20, 15]],
        "account_restriction_deletion": [
            [*first, "Account Restriction/ Account Deletion Requests Received",
             "Accounts Specified in the Requests",
             "Requests Rejected/Challenged where No Action Taken",
             "Requests where Account Restricted", "Requests where Account Deleted"],
            [*when, "N/A", 0, 0, 0, 0, 0]],
        "financial_identifier": [
            [*first, "Financial Identifier Requests Received",
             "Financial Identifiers Specified in Requests", *given],
            [*when, "Germany", 50, 100, 25, "50%"]],
        "push_token": [[*first, "Push Token Requests Received",
                        "Push Tokens Specified in Requests", *given],
                       [*when, "United Kingdom", 20, 30, 10, "50%"]],
        "emergency": [[*first, "Emergency Requests Received",
                       "Requests Rejected/Challenged and No Data Provided",
                       "Requests where No Data Provided", *given],
                      [*when, "Sweden", 2, " -", " -", " -", " -"]],
        "digital_content_provider": [
            [*first, "Digital Content Provider Requests Received",
             "Requests Objected in Part or Rejected in Full", *given],
            [*when, "Italy", 4, 1, 3, "75%"]],
        "us_national_security": [[*first, "National Security Requests Type+", *bands],
                                 [*when, "United States of America", "NSLs", "3 - 499",
                                  "1,005 - 1,499"]],
        "uk_data_access_agreement_ipa_warrant": [
            [*first, "IPA Warrant Request Type", *bands],
            [*when, "United Kingdom", "Content", "0 - 499", "500 - 999"]],
        "app_takedown_legal_violation": [[*first, "Legal Violation Takedown Requests Received"],
                                         [*when, "Italy", 1]],
    }  # fmt: skip
    made = {f"{name}_requests.csv": as_csv(rows, "\r\n") for name, rows in files.items()}
    address = "https://www.apple.com/legal/zip/transparency/Apple_Transparency_Report.zip"
    return {address: ("Apple_Transparency_Report.zip", as_zip(made))}


TOTALS = ["Total Requests", "Legal Process Request Total", "Emergency Request Total"]
BY_PROCESS = [
    "Search Warrant", "Subpoena", "Court Order (Other)", "MLAT Search Warrant", "MLAT Order",
    "Court Order (18 USC 2703(d))", "Pen Register/Trap and Trace", "Title III",
    "FISA Content Requests", "FISA Non-Content Requests", "NSLs",
]  # fmt: skip


def _triples(*names: str) -> list[str]:
    return [f"{name}{end}" for name in names for end in ("", " Accounts", " Percentage")]


def meta() -> Pages:
    """One half-year for each generation of headers, with the marks and line ends of its time."""
    content = ["Takedown reports", "Percent Witheld", "Internet Disruptions"]
    kept = ["Preservation Requests", "Preservation Accounts Preserved"]
    produced = ["Number of Requests Where Some Data Produced",
                "Legal Number of Requests Where Some Data Produced",
                "ER Number of Requests Where Some Data Produced"]  # fmt: skip
    totals, by_process = _triples(*TOTALS), _triples(*BY_PROCESS)
    late = [x for name, more in zip(TOTALS, produced, strict=True)
            for x in (name, more, f"{name} Accounts", f"{name} Percentage")]  # fmt: skip
    blank, old = [""] * 33, ["Country", "Content Restricted", *kept, *content, *totals]
    rows_2013 = [
        [*old, *_triples("Emergency Disclosures"), *by_process],
        ["Iceland", 0, "", "", 0, 0, "", 10, 20, "50%", *[""] * 6, *[""] * 3, *blank],
        ["United States", 0, "", "", 0, 0, "", "1,000 - 2,000", "3,000 - 4,000", "80%", *[""] * 6,
         *[""] * 3, 5, 5, "100%", *blank[3:]],
    ]  # fmt: skip
    rows_2018 = [
        ["Country", "Content Restrictions", *kept, *content, *totals, *by_process],
        ["Iceland", 0, 1, 1, "", "", "", 10, 20, "50%", 9, 18, "44%", 1, 2, "100%", *blank],
    ]
    rows_2019 = [
        ["Country", "Content Restrictions", *kept, *content, *late, *by_process],
        ["Aland Islands", 0, 0, 0, "", "", "", 0, 0, 0, "0%", 0, 0, 0, "0%", 0, 0, 0, "0%", *blank],
        [""] * 52,
    ]
    rows_2023 = [
        ["Country", *kept, *late, *by_process],
        ["United States", "1,000", "2,000", 500, 400, 900, "80%", 400, 350, 700, "88%", 100, 50,
         200, "50%", 300, 500, "90%", *blank[3:]],
    ]  # fmt: skip
    made = {
        "2013_H1": as_csv(rows_2013, mark=True), "2018_H1": as_csv(rows_2018, "\r", mark=True),
        "2019_H1": as_csv(rows_2019, mark=True), "2023_H1": as_csv(rows_2023),
    }  # fmt: skip
    page = "https://transparency.meta.com/reports/government-data-requests/"
    base = "https://transparency.meta.com/sr/PRPL-Facebook-Government-Report-"
    pages: Pages = {page: ("page.html", links(*(f"{base}{half}.csv" for half in made)))}
    for half, each in made.items():
        pages[f"{base}{half}.csv"] = (f"PRPL-Facebook-Government-Report-{half}.csv", each)
    return pages


if __name__ == "__main__":
    save_all(google, apple, meta)
