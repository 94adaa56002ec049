"""Write the recordings of the companies' sources: real formats, invented round numbers.

Run it by hand: `python tests/sources/make_recordings.py`. Each folder gets its files and
`recordings.json`, which says at which address each was. Nothing in them is copied from a publisher.
"""

import csv
import io
import json
import zipfile
from collections.abc import Sequence
from pathlib import Path
from xml.sax.saxutils import escape

HERE = Path(__file__).parent
Pages = dict[str, tuple[str, bytes]]
Cells = Sequence[Sequence[object]]


def save(source: str, pages: Pages) -> None:
    """Write {address: (file, content)} into a source's folder."""
    folder = HERE / source
    folder.mkdir(exist_ok=True)
    for name, content in pages.values():
        (folder / name).write_bytes(content)
    listed = {address: name for address, (name, _) in pages.items()}
    (folder / "recordings.json").write_text(json.dumps(listed, indent=1) + "\n", "utf-8")


def as_csv(rows: Cells, end: str = "\n", mark: bool = False) -> bytes:
    """Rows as CSV, with the line end and byte order mark of the publisher."""
    text = io.StringIO()
    csv.writer(text, lineterminator=end).writerows(rows)
    return text.getvalue().encode("utf-8-sig" if mark else "utf-8")


def as_zip(files: dict[str, bytes]) -> bytes:
    """A zip that is the same whenever it is made."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as made:
        for name, each in files.items():
            made.writestr(zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0)), each)
    return content.getvalue()


def links(*addresses: str) -> bytes:
    """A page that names files."""
    named = "".join(f'<li><a href="{each}">Download</a></li>' for each in addresses)
    return f"<!doctype html><title>Report</title><ul>{named}</ul>".encode()


def letter(at: int) -> str:
    """The letter of a column."""
    return (letter(at // 26 - 1) if at > 25 else "") + chr(65 + at % 26)


def as_xlsx(sheets: dict[str, Cells]) -> bytes:
    """A workbook; a cell (formula, value) is a formula with its cached value."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    numbered = list(enumerate(sheets.items(), 1))
    named = "".join(
        f'<sheet name="{escape(name)}" sheetId="{n}" r:id="r{n}"/>' for n, (name, _) in numbered
    )
    related = "".join(
        f'<Relationship Id="r{n}" Type="{office}/worksheet" Target="worksheets/s{n}.xml"/>'
        for n, _ in numbered
    )
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    parts = "".join(
        f'<Override PartName="/xl/worksheets/s{n}.xml" ContentType="{kind}.worksheet+xml"/>'
        for n, _ in numbered
    )
    return as_zip({
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package'
        '.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>{parts}'
        "</Types>".encode(),
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships"><Relationship Id="r1" '
        f'Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>'.encode(),
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>{named}</sheets>'
        "</workbook>".encode(),
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">{related}'
        "</Relationships>".encode(),
        **{
            f"xl/worksheets/s{n}.xml": f'<worksheet xmlns="{main}"><sheetData>{_rows(rows)}'
            "</sheetData></worksheet>".encode()
            for n, (_, rows) in numbered
        },
    })  # fmt: skip


def _rows(rows: Cells) -> str:
    return "".join(
        f'<row r="{n}">'
        + "".join(_cell(f"{letter(at)}{n}", c) for at, c in enumerate(row))
        + "</row>"
        for n, row in enumerate(rows, 1)
    )


def _cell(at: str, cell: object) -> str:
    if cell == "":
        return ""
    if isinstance(cell, tuple):
        return f'<c r="{at}"><f>{cell[0]}</f><v>{cell[1]}</v></c>'
    if isinstance(cell, str):
        return f'<c r="{at}" t="inlineStr"><is><t xml:space="preserve">{escape(cell)}</t></is></c>'
    return f'<c r="{at}"><v>{cell}</v></c>'


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

    countries = table(
        ("Country", "Member data requests", "Accounts subject to request [1]",
         "Percent LinkedIn provided some data", "Accounts LinkedIn provided some data"),
        ("Iceland", "1,000", "2,000", "50%", "900"), ("Germany", "10", "20", "", "0"),
        ("Total", "1,010", "2,020", "50%", "900"))  # fmt: skip
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


ALL = (google, apple, meta, tiktok, github, discord, snap, wikimedia, microsoft, linkedin, x)

if __name__ == "__main__":
    for make in ALL:
        save(make.__name__, make())
