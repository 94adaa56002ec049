"""Write the recordings of the other companies: real formats, invented round numbers.

Run it by hand: `python tests/sources/make_recordings_small.py`. Each folder gets its files and
`recordings.json`, which says at which address each was. Nothing is copied from a publisher.
"""

from collections.abc import Sequence

from formats import Pages, as_csv, as_xlsx, as_zip, links, save_all


def tiktok() -> Pages:
    """The cumulative file with one country, all countries, and a row about removals."""
    header = ["replication_info", "entity", "aspect", "metric_name", "period", "period_value",
              "policy", "policy_value", "task", "task_value", "location", "location_value",
              "result", "base", "date"]  # fmt: skip

    def row(metric: str, result: object, place: str = "Iceland", aspect: str = "LRFUI") -> list:
        where = ["all", "All"] if place == "All" else ["country_name", place]
        words = ["half-year", "Jul-Dec 2025", "all", "all", "all", "all"]
        return ["", "LIGR", aspect, metric, *words, *where, result, "", ""]

    percentage = "Percentage of {} requests where some data was disclosed"
    rows = [
        header, row("Total requests", "14.0"), row("Legal requests", "4.0"),
        row("Legal request accounts specified", "8.0"), row(percentage.format("legal"), "0.25"),
        row("Preservation requests", "10.0"),
        row("Preservation request accounts specified", "12.0"),
        row("Emergency requests", "0.0"), row("Emergency request accounts specified", "0.0"),
        row(percentage.format("emergency"), "0.0"), row("Total legal requests", "1000.0", "All"),
        row("Total requests", "3.0", aspect="GRFCR"),
    ]  # fmt: skip
    name = "CLIGR_2025H2_InformationRequests.csv"
    address = f"https://cdn.example/obj/2025H2_CLIGR/data_downloads/{name}"
    older = address.replace("2025H2", "2025H1")
    return {
        "https://www.tiktok.com/transparency/en/": ("page.html", links(older, address)),
        address: (name, as_csv(rows)),
    }


def github() -> Pages:
    """Four yearly files and three half-yearly ones."""
    base = (
        "https://raw.githubusercontent.com/github/transparency/HEAD/data/"
        "requests_to_disclose_user_information/"
    )
    half = "by_calendar_year_half/{}_by_calendar_year_half.csv"
    received = ["type", "count_requests_received", "count_disclosed"]
    country = ["government", "government_iso2_code", "count"]
    files = {
        "national_security_letters_and_orders.csv": [
            ["year", "month_range", "type", "count"],
            ["2024", "Jul-Dec", "National security letters and orders received", "0-249"],
            ["2024", "Jul-Dec", "Affected accounts", "1000-1249"]],
        "requests_received_and_disclosed.csv": [
            ["year", *received], ["2024", "civil subpoena", 10, 5],
            ["2024", "criminal search warrant", 20, 20], ["2024", "exigent circumstances", 1, 1]],
        "cross_border_data_requests.csv": [["year", *country], ["2024", "Iceland", "IS", 2]],
        "requests_accounts_affected.csv": [["year", "count_accounts_affected"], ["2024", 100]],
        half.format("requests_received_and_disclosed"): [
            ["year", "half", *received], ["2024", "1", "cross-border request ", 2, 1]],
        half.format("cross_border_data_requests"): [
            ["year", "half", *country], ["2024", "1", "Iceland", "IS", 1]],
        half.format("requests_accounts_affected"): [
            ["year", "half", "count_accounts_affected"], ["2024", "1", 50]],
    }  # fmt: skip
    return {base + name: (name.rpartition("/")[2], as_csv(rows)) for name, rows in files.items()}


def discord() -> Pages:
    """A zip with stacked tables; one country twice, and a total that does not add up."""
    rows: list[list[object]] = [["Discord July-December 2024 Transparency Report CSV"], []]
    tables = {
        "Accounts Disabled": [["Policy Category", "Accounts Disabled"], ["A policy", "1,000"]],
        "US Gov Info Requests": [["Request Type", "Requests", "Information Produced"],
                                 ["Court Orders", 100, 90], ["Search Warrants", "1,000", 900], [],
                                 ["Total", "1,100", 990]],
        "International Government Information Requests": [
            ["Country", "Requests", "Information Produced"], ["Iceland", 2, 0], [],
            ["Total", 2, 0]],
        "Preservation Requests": [["Country", "Requests", "Complied"], ["Iceland", 3, 1],
                                  ["Total:", 3, 1]],
        "Emergency Requests": [["Country", "Requests", "Complied"], ["Iceland", 1, 0],
                               ["Norway", 1, 1], ["Iceland", 4, 3], [], ["Total", 5, 4]],
    }  # fmt: skip
    for title, table in tables.items():
        rows += [[title], *table, [], []]
    content = as_csv([[*row, *[""] * (6 - len(row))] for row in rows], "\r\n")
    address = "https://cdn.example/discord-transparency-2024-H2.zip"
    zipped = as_zip({"2024-H2.csv": content, "2024-H2.pdf": b"%PDF-1.4 invented"})
    return {
        "https://discord.com/safety-transparency-reports": ("page.html", links(address)),
        address: ("2024-H2.zip", zipped),
    }


def snap() -> Pages:
    """Invented government rows: no real one was in hand."""
    section = "United States Government Information Requests"
    rows = [
        ["period", "section", "category", "sub_category_1", "sub_category_2", "metric", "value"],
        ["2025-H1", "Ads Moderation", "Global", "", "", "total_ads_reported", 1000],
        ["2025-H1", "", "Global", "", "", "violative_view_rate", "0.01%"],
        ["2025-H1", section, "Global", "", "", "requests", 1000],
        ["2025-H1", section, "Global", "Search Warrant", "", "requests", 500],
        ["2025-H1", section, "Global", "Search Warrant", "", "account_identifiers", 800],
    ]
    home = "https://values.snap.com/privacy/transparency"
    name = "Snap_Transparency_Report_H1-2025.csv"
    address = f"https://assets.ctfassets.net/invented/{name}"
    return {
        home: ("page.html", links("/privacy/transparency-h1-2025")),
        f"{home}-h1-2025": ("h1-2025.html", links(address)),
        address: (name, as_csv(rows)),
    }


def wikimedia() -> Pages:
    """A workbook of two sheets, stacked and side by side, with formulas; and the chart feed."""
    named = ["Informal Private", "Civil Subpoenas", "Criminal Subpoenas", "Informal Government",
             "Search Warrants", "Administrative Subpoenas", "Court Orders"]  # fmt: skip
    ends = (" Complied", " Usernames Potentially Affected", " Usernames Actually Affected")
    block = [
        "Total User Data Requests", "Total User Data Requests Complied",
        "Total Usernames Potentially Affected", "Total Usernames Actually Affected",
    ]  # fmt: skip
    for name in named:
        asked = f"{name} Requests" if name.startswith("Informal") else name
        block += [asked, *(name + end for end in ends)]
    zeros, content = [0] * 28, ["Total Content Requests", "Total Content Requests Complied"]
    total = [("SUM(B3:B4)", 30), ("SUM(C3:C4)", 3), 60, 6]
    first = [
        ["USER DATA REQUESTS"], ["Country", *block], ["Iceland", 10, 1, 20, 2, *zeros],
        ["UK", 20, 2, 40, 4, *zeros], ["Total", *total, *zeros],
        ["CONTENT REQUESTS"], ["Country", *content], ["Iceland", 5, 0], ["Total", 5, 0],
    ]  # fmt: skip
    second = [
        ["Content Requests", "", "", "User Data Requests"],
        ["Project Affected", *content, "Country", *block],
        ["is.wikipedia", 1, 0, "is.wikipedia", 10, 1, 20, 2, *zeros],
        ["Total", 1, 0, "Total", ("SUM(E3)", 10), 1, 20, 2, *zeros], [],
        ["Country", *content, "Country", *block], ["Iceland", 1, 0, "Span", 10, 1, 20, 2, *zeros],
        ["Total", 1, 0, "Total", ("SUM(E7)", 10), 1, 20, 2, *zeros],
    ]  # fmt: skip
    kinds = ["Informal Request", "Civil Subpoena", "Criminal Subpoena", "Government", "Warrant",
             "Court orders", "Administrative Subpoena"]  # fmt: skip
    header = ["Country", "Total"]
    for kind in kinds:
        header += [kind, f"{kind} Complied (Partial)", f"{kind} Complied (All)"]
    feed = [[*header, "duration"], ["USA", 10, *[1, "", 0] * 7, "jul12jun13"],
            ["UK", 20, *[2, "", 1] * 7, "juldec13"]]  # fmt: skip
    base = (
        "https://raw.githubusercontent.com/wikimedia/wikimedia-TransparencyReport/HEAD/source/data/"
    )
    book = as_xlsx({"July 2012 - June 2013": first, "Jul 2015 - Dec 2015": second})
    return {
        f"{base}data_jun_2018.xlsx": ("data_jun_2018.xlsx", book),
        f"{base}sum.csv": ("sum.csv", as_csv(feed)),
    }


def microsoft() -> Pages:
    """A workbook of three sections as they are described; no real one was in hand."""
    header = ["", "", "Total number of requests", "Accounts/Users specified in requests",
              "Law enforcement requests that resulted in disclosure of content", "",
              "Requests that resulted in disclosure of only subscriber/transactional data", "",
              "Requests where no data found", "", "Requests rejected", ""]  # fmt: skip
    pairs = ["", "", "", "", *["%", "#"] * 4]

    def sheet() -> list[list[object]]:
        body = ["", 50, 80, 0.1, 5, 0.5, 25, 0.3, 15, 0.1, 5]
        return [
            ["Law Enforcement Requests, January 2023 - June 2023"], header, pairs,
            ["TOTAL", "", ("SUM(C5:C6)", 100), 160, 0.1, 10, 0.5, 50, 0.3, 30, 0.1, 10],
            ["Iceland*", *body], ["Germany †", *body], [], ["* A footnote."],
        ]  # fmt: skip

    page = (
        "https://www.microsoft.com/en-us/corporate-responsibility/law-enforcement-requests-report"
    )
    address = "https://cdn-dynmedia-1.microsoft.com/is/content/microsoftcorp/Microsoft-LERR-2023-H1"
    book = as_xlsx({"Civil": sheet(), "Criminal": sheet(), "Emergencies": sheet(), "Sheet1": [[1]]})
    return {page: ("page.html", links(address)), address: ("Microsoft-LERR-2023-H1.xlsx", book)}


def linkedin() -> Pages:
    """A page with tables under headings as they are described."""

    def table(*rows: Sequence[str]) -> str:
        body = "".join("<tr>" + "".join(f"<td>{c}</td>" for c in row) + "</tr>" for row in rows)
        return f"<table>{body}</table>"

    header = (
        " ", "Requests for member data", "Accounts subject to request(s) [1]",
        "Percentage of requests for which LinkedIn provided some data<br /> ",
        "Accounts for which LinkedIn provided some data [2]",
    )  # fmt: skip
    countries = table(
        header, ("Iceland<br /> ", "1,000", "2,000", "50%", "900"),
        ("Columbia", "10", "20", "", "0%"), ("United States", "500", "901", "80%", "900"),
        ("<b>Total</b>", "1,010", "2,020", "50%", "900"),
    )  # fmt: skip
    us = table(
        ("Requests", "500"), ("Accounts subject to requests", "900"),
        ("Requests for which LinkedIn provided some data", "80%"), ("Subpoenas", "60%"),
        ("National security requests received [2]", "0-499"))  # fmt: skip
    page = (
        "<!doctype html><h1>Report</h1><h2>Requests by country</h2><h4>2024: July-December</h4>"
        f"{countries}<h2>Breakdown of U.S. government requests</h2><h4>2024: July-December</h4>"
        f"{us}<h2>Global government requests for content removal</h2><h4>2024: July-December</h4>"
        f"{table(('Country', 'Requests'), ('Iceland', '1'))}"
    )
    address = "https://about.linkedin.com/transparency/government-requests-report"
    return {address: ("page.html", page.encode())}


def x() -> Pages:
    """One half-year, as far as it is described."""
    header = ["TIME PERIOD", "COUNTRY", "ISO CODE", "ACCOUNT INFORMATION REQUESTS",
              "PERCENTAGE WHERE SOME INFORMATION PRODUCED", "ACCOUNTS SPECIFIED", "FLAGS", "LINKS",
              "REPORT LINKS"]  # fmt: skip
    rows = [
        ["Iceland", "IS", "<10", "50%", "10"], ["Germany", "DE", "6*", "0%", "1,000"],
        ["Italy", "IT", "-", "-", "-"], ["TOTAL", "", "1,000", "50%", "2,000"],
    ]  # fmt: skip
    made = [header, *([["July - December 2017", *row, "", "", ""] for row in rows])]
    address = "https://transparency.x.com/information-requests-report-jul-dec-2017.csv"
    return {
        "https://transparency.x.com/": ("page.html", links(address)),
        address: ("information-requests-report-jul-dec-2017.csv", as_csv(made)),
    }


if __name__ == "__main__":
    save_all(tiktok, github, discord, snap, wikimedia, microsoft, linkedin, x)
