"""Write the recordings of the UK sources and the comparators: real formats, invented facts.

Run it by hand; each folder gets its files and `recordings.json`, which says at which address each
was, under which label and from which page. Nothing in them is copied from a publisher.
"""

import json
from pathlib import Path
from typing import Any

from formats import as_xlsx

HERE = Path(__file__).parent
GOVUK = "https://www.gov.uk/api/content"
ASSETS = "https://assets.publishing.service.gov.uk/media"


def save(source: str, pages: dict[str, tuple[str, bytes]]) -> None:
    """Write {address: (file, content)} into a source's folder."""
    folder = HERE / source
    folder.mkdir(exist_ok=True)
    for name, content in pages.values():
        (folder / name).write_bytes(content)
    listed = {address: name for address, (name, _) in pages.items()}
    (folder / "recordings.json").write_text(json.dumps(listed, indent=1) + "\n", "utf-8")


def as_json(given: Any) -> bytes:
    """JSON as the sites send it."""
    return (json.dumps(given, indent=1, ensure_ascii=False) + "\n").encode()


def page(path: str, title: str, type_: str, **more: Any) -> dict[str, Any]:
    """A page of the Content API."""
    return {
        "base_path": path,
        "content_id": "00000000-0000-4000-8000-000000000000",
        "title": title,
        "document_type": type_,
        "first_published_at": "2014-05-01T09:30:00.000+01:00",
        "public_updated_at": "2015-01-05T10:06:00.000+00:00",
        "withdrawn_notice": {},
        "description": more.pop("description", ""),
        "details": more.pop("details", {}),
        "links": {"organisations": [{"title": "Home Office"}], **more.pop("links", {})},
        **more,
    }


AREA = "OSCT - Office of Security and Counter-Terrorism"
OTHER = "CPG - Crime & Policing Group"
MIDDLE = "Entity,Date,Expense Type,Expense Area"
HO = "Home Office,Home Office"


def spend_pages() -> dict[str, tuple[str, bytes]]:
    """A collection, an older and a newer page, and four months."""
    base, old, new = (
        "/government/collections/25000-spend",
        "/government/publications/transparency-spend-over-25-000",
        "/government/publications/home-office-spending-over-25000-2014",
    )
    uploads = "/government/uploads/system/uploads/attachment_data/file"
    body = (
        '<section class="attachment embedded"><div class="attachment-details">'
        '<h2 class="title">March 2011</h2>'
        f'<span class="preview"><a href="{uploads}/1/march-2011.csv/preview">View online</a></span>'
        f'<span class="download"><a href="{uploads}/1/march-2011.csv"><strong>Download CSV</strong>'
        "</a></span></div></section>"
    )
    months = {
        "May 2014": "ProcSpend25K14MayCSV.csv",
        "June 2014": "ProcSpend25KJune14CSV.csv",
        "October 2014": "HO_FY1415_AP7_Proc_Spend_25K_CSV.csv",
    }
    listed = [
        {"title": title, "url": f"{ASSETS}/{n}/{name}", "content_type": "text/csv", "file_size": 1}
        for n, (title, name) in enumerate(months.items())
    ]
    history = [
        {"public_timestamp": "2015-01-05T10:06:00.000+00:00", "note": "Added October 2014."},
        {"public_timestamp": "2014-07-01T11:19:00.000+01:00", "note": "First published."},
    ]
    collection = page(
        base,
        "Home Office: spending over £25,000",
        "document_collection",
        links={"documents": [{"base_path": old}, {"base_path": new}]},
    )
    older = page(old, "Spend over £25,000: 2010 to 2013", "transparency", details={"body": body})
    newer = page(
        new,
        "Home Office spending over £25,000: 2014",
        "transparency",
        details={"attachments": listed, "change_history": history},
    )
    return {
        GOVUK + base: ("collection.json", as_json(collection)),
        GOVUK + old: ("2010-2013.json", as_json(older)),
        GOVUK + new: ("2014.json", as_json(newer)),
        f"https://www.gov.uk{uploads}/1/march-2011.csv": ("march-2011.csv", march_2011()),
        listed[0]["url"]: ("may-2014.csv", may_2014()),
        listed[1]["url"]: ("june-2014.csv", june_2014()),
        listed[2]["url"]: ("october-2014.csv", october_2014()),
    }


def csv(*rows: str) -> str:
    """Rows as the Home Office ends them."""
    return "".join(f"{row}\r\n" for row in rows)


def march_2011() -> bytes:
    """cp1252 with pound signs and a dash; a credit note; a ninth cell without a header."""
    return csv(
        f"Department Family,{MIDDLE},Supplier,Transaction Number,Amount",
        f'{HO},01/03/2011,Grants,{AREA},COUNCIL OF NOWHERE (G),900001,"£50,000.00"',
        f'{HO},02/03/2011,"IT, Telecomms Managed Service",{AREA},'
        'Vodafone Limited,900002,"£30,000.50",Payment March 2nd',
        f'{HO},09/03/2011,"IT, Telecomms Managed Service",{AREA},'
        'Vodafone Limited,900003,"-£30,000.50"',
        f'{HO},09/03/2011,Grant,{AREA},ORANGE PCS (HSBC),900004,"£26,000"',
        f'{HO},10/03/2011,IT,PFD*,BT Plc,900005,"£99,000.00"',
        'Home Office,UKBA – Border,11/03/2011,IT,PFD*,Vodafone Ltd,900006,"£99,000.00"',
    ).encode("cp1252")


def may_2014() -> bytes:
    """No transaction numbers, and blank columns to the right."""
    blank = "," * 12
    return csv(
        f"Departmental Family,{MIDDLE},Supplier,Amount{blank}",
        f'{HO},06/05/2014,Grant,{AREA},BSKYB LTD (G),"1,000,000.00"{blank}',
        f'{HO},06/05/2014,Grant,{AREA},BSKYB LTD (G),"1,000,000.00"{blank}',
        f'{HO},07/05/2014,Social Research,{OTHER},EE LTD,"26,000.00"{blank}',
        f",,,,,,{blank}",
    ).encode()


def june_2014() -> bytes:
    """Type and area stand in each other's column."""
    return csv(
        f"Department,{MIDDLE},Supplier Name,Transaction Number,Spend",
        f'{HO},03/06/2014,{AREA},Legal Services,A LAW FIRM LLP,900007,"27,000.00"',
        f'{HO},04/06/2014,{AREA},Grant,VIRGIN MEDIA LTD (G),900008,"28,000.00"',
        f'{HO},04/06/2014,{OTHER},Grant,VIRGIN MEDIA LTD (G),900009,"29,000.00"',
    ).encode()


def october_2014() -> bytes:
    """A padded header with stray letters, identical rows, a blank type, rows that do not read."""
    first = "Department Family" + " " * 133 + "v         h"
    it = '"IT, Broadcasting & Telecomms"'
    managed = '"IT, Telecomms Managed Service"'
    talktalk = "TALK TALK COMMUNICATIONS LTD T/A TALK TALK BUSINESS"
    return csv(
        f"{first},{MIDDLE},Supplier Name,Transaction Number, Spend ",
        f'{HO},06/10/2014,Grant,{AREA},COUNCIL OF NOWHERE (G),1,"70,000.00"',
        f'{HO},07/10/2014,{managed},{AREA},VODAFONE LTD,2," 40,000.00 "',
        f'{HO},07/10/2014,{managed},{AREA},VODAFONE LTD,2," 40,000.00 "',
        f'{HO},08/10/2014,,{AREA},{talktalk},3,"60,000"',
        f"{HO},08/10/2014,{it},{AREA},BT,4,345",
        f"{HO},08/10/2014,{it},{AREA},BT,4, -   ",
        f"{HO},01/212,{it},{AREA},BT,5,100",
        f"{HO},03/10/20114,{it},{AREA},BT,6,100",
        f"{HO},09/10/2014,{it},{AREA},VODAFONE GROUP SERVICES,7,100",
        ",,,,,,,",
        ",,,,,,, -   ",
    ).encode()


def watch_pages() -> dict[str, tuple[str, bytes]]:
    """What the search finds, a code of practice that changed, and a page about something else."""
    paths = [
        "/government/publications/communications-data-code-of-practice",
        "/government/statistics/invented-statistics-of-boats",
        "https://www.example.org/elsewhere",
    ]
    search = as_json({"results": [{"link": path} for path in paths], "total": 3, "start": 0})
    code = page(
        paths[0],
        "Communications data: code of practice",
        "statutory_guidance",
        withdrawn_notice={"withdrawn_at": "2016-02-01T00:00:00Z", "explanation": "<p>Old.</p>"},
        details={
            "body": "<p>On obtaining <b>communications\ndata</b> under the IPA 2016.",
            "change_history": [
                {"public_timestamp": "2015-01-05T10:06:00.000+00:00", "note": "Counting rules."},
                {"public_timestamp": "2014-05-01T09:30:00.000+01:00", "note": "First published."},
            ],
            "attachments": [
                {
                    "attachment_type": "file",
                    "title": "Code",
                    "url": f"{ASSETS}/9/code.pdf",
                    "content_type": "application/pdf",
                    "file_size": 1000,
                    "alternative_format_contact_email": "someone@example.org",
                },
                {"attachment_type": "html", "title": "Code (HTML)", "url": f"{paths[0]}/code"},
            ],
        },
    )
    boats = page(paths[1], "Boats", "official_statistics", details={"body": "<p>Boats.</p>"})
    query = "count=50&order=-public_timestamp&fields=link"
    words = ("communications+data", "data+retention", "investigatory+powers")
    found = {
        f"https://www.gov.uk/api/search.json?q=%22{word}%22&{query}": ("search.json", search)
        for word in words
    }
    return {
        **found,
        GOVUK + paths[0]: ("code.json", as_json(code)),
        GOVUK + paths[1]: ("boats.json", as_json(boats)),
    }


PERSON = "Invented Q. Requester"


def event(
    number: int, title: str, address: str, prominence: str = "normal", request: int = 0
) -> dict[str, Any]:
    """One event of an Alaveteli feed, with the people that must not come through."""
    return {
        "id": number * 10,
        "event_type": "response",
        "created_at": f"2025-08-{number:02}T20:29:16.797+01:00",
        "described_state": "successful",
        "calculated_state": "successful",
        "last_described_at": "2025-08-29T20:29:17.145+01:00",
        "incoming_message_id": 77,
        "outgoing_message_id": None,
        "comment_id": None,
        "display_status": "Response",
        "snippet": f"Dear {PERSON}, this is Officer Invented Z. Signatory",
        "info_request": {
            "id": 1000 + (request or number),
            "url_title": address,
            "title": title,
            "created_at": "2025-06-03T12:19:12.367+01:00",
            "updated_at": "2025-08-29T20:29:16.904+01:00",
            "described_state": "successful",
            "display_status": "Successful",
            "awaiting_description": False,
            "prominence": prominence,
            "law_used": "foi",
            "tags": [],
        },
        "public_body": {
            "id": 5,
            "url_name": "cambridgeshire_police",
            "name": "Cambridgeshire Constabulary",
            "short_name": "",
        },
        "user": {"id": 9, "url_name": "invented_q_requester", "name": PERSON, "about_me": "I am"},
    }


def foi_pages() -> dict[str, tuple[str, bytes]]:
    """A feed: the same request twice, people in titles, one request hidden."""
    cut = event(4, "Reply to someone.private@example.org please", "reply_to_someone_private")
    feed = [
        event(9, "Use of communications data in 2024", "use_of_communications_data_in_20"),
        event(
            7, "Use of communications data in 2024", "use_of_communications_data_in_20", request=9
        ),
        cut,
        event(3, "Complaint about PC 1234 and data", "complaint_about_pc_1234_and_data"),
        event(2, "Call me on 020 7946 0000", "call_me_on_020_7946_0000"),
        event(1, "Hidden matter", "hidden_matter", "requester_only"),
    ]
    site = "https://www.whatdotheyknow.com/feed"
    queries = (
        "communications%20data",
        "data%20retention",
        "internet%20connection%20records",
        "Investigatory%20Powers%20Act",
        "Regulation%20of%20Investigatory%20Powers%20Act",
    )
    bodies = ("investigatory_powers_commissioners_office", "home_office")
    addresses = [f"{site}/search/%22{query}%22.json" for query in queries]
    addresses += [f"{site}/body/{body}.json" for body in bodies]
    return {address: ("feed.json", as_json(feed)) for address in addresses}


def froide(number: int, title: str, slug: str, **more: Any) -> dict[str, Any]:
    """One request of a Froide list."""
    return {
        "resource_uri": f"https://fragdenstaat.de/api/v1/request/{number}/",
        "id": number,
        "url": f"/anfrage/{slug}/",
        "public": True,
        "law": "https://fragdenstaat.de/api/v1/law/2/",
        "description": f"Guten Tag, ich bin {PERSON}",
        "summary": "",
        "last_message": "2025-03-02T10:00:00+01:00",
        "created_at": "2025-01-02T10:00:00+01:00",
        "last_modified_at": "2025-03-03T10:00:00+01:00",
        "status": "resolved",
        "resolution": "refused",
        "public_body": {"id": 1, "name": "Bundesministerium des Innern", "slug": "bmi"},
        "slug": slug,
        "title": title,
        "user": 4711,
        "tags": ["vorratsdatenspeicherung"],
        **more,
    }


def froide_pages() -> dict[str, tuple[str, bytes]]:
    """Two pages in the form of `meta` and `objects`, one in that of `results`."""
    api = "https://fragdenstaat.de/api/v1/request/"
    second = "?tags=vorratsdatenspeicherung&limit=50&offset=50"
    objects = [
        froide(1, "Statistik der Verkehrsdatenabfragen", "statistik-der-verkehrsdatenabfragen"),
        froide(2, "Auskunft für Herrn Erfunden", "auskunft-fur-herrn-erfunden"),
        froide(3, "Nicht offen", "nicht-offen", public=False),
    ]
    one = {"meta": {"total_count": 4, "next": f"/api/v1/request/{second}"}, "objects": objects}
    two = {"meta": {"total_count": 4, "next": None}, "objects": [froide(4, "Funkzellen", "fz")]}
    other = {"count": 1, "next": None, "previous": None, "results": [froide(5, "Bestand", "best")]}
    tags = ("verkehrsdaten", "bestandsdatenauskunft", "funkzellenabfrage")
    return {
        f"{api}?tags=vorratsdatenspeicherung&limit=50": ("page-1.json", as_json(one)),
        f"{api}{second}": ("page-2.json", as_json(two)),
        **{f"{api}?tags={tag}&limit=50": ("results.json", as_json(other)) for tag in tags},
    }


def html(body: str) -> bytes:
    """A page."""
    return f"<!doctype html><html lang=en><body>{body}</body></html>\n".encode()


def table(*rows: list[str]) -> str:
    """An HTML table whose first row is the header."""
    cells = ["".join(f"<td>{cell}</td>" for cell in row) for row in rows]
    return "<table>" + "".join(f"<tr>{row}</tr>" for row in cells) + "</table>"


def operator_pages() -> tuple[dict[str, tuple[str, bytes]], dict[str, tuple[str, bytes]]]:
    """BT's list of countries and Vodafone's table."""
    bt = "https://www.bt.com/about/digital-impact-and-sustainability/championing-human-rights/"
    bt += "privacy-and-free-expression/relevant-laws-around-the-world"
    said = html(
        "<h2>Summary of interception, data disclosure and blocking requests "
        "(1 Jan to 31 Dec 2023)</h2>"
        "<h3>Australia</h3><p>Data disclosure: Can’t disclose</p><p>Blocking requests: N/A</p>"
        "<p>Lawful interception:</p><p>Can’t disclose</p><p>In Australia we provide services.</p>"
        "<h4>Lawful interception</h4><p>The Act regulates.</p>"
        "<h3>France</h3><p>Data disclosure: 12</p><p>Lawful interception: N/A</p>"
        "<h3>United Kingdom</h3><p>Data disclosure: Published by the Commissioner</p>"
        "<p>Lawful interception: Can’t disclose</p>"
    )
    demands = table(
        ["Country", "Lawful interception", "Communications data"],
        ["Freedonia", "12", "345"],
        ["France", "12", "345"],
        ["United Kingdom", "Unlawful to disclose", "Government publishes"],
    ).replace("<tr><td>Freedonia</td><td>12</td><td>345</td></tr>", "")
    older = '<a href="/files/country-by-country-disclosure-2014-15.pdf">2014-15 (PDF)</a>'
    vodafone = html(f"<p>It covers the period 1 April 2016 to 31 March 2017.</p>{demands}{older}")
    site = "https://www.vodafone.com"
    demanded = {
        f"{site}/sustainability/digitalrights": ("page.html", vodafone),
        f"{site}/files/country-by-country-disclosure-2014-15.pdf": ("2014-15.pdf", PDF),
    }
    return {bt: ("page.html", said)}, demanded


BOOK = as_xlsx({"Statistik": [["invented"]]})
PDF = b"%PDF-1.4\n% invented, empty\n%%EOF\n"


def comparator_pages() -> dict[str, dict[str, tuple[str, bytes]]]:
    """Germany and Australia list PDFs, Switzerland has a table."""
    bfj = (
        "https://www.bundesjustizamt.de/DE/Themen/Buergerdienste/Justizstatistik/Telekommunikation"
    )
    tia = "https://www.ag.gov.au/crime/publications/telecommunications-interception-and-access-act-"
    tia += "and-part-15-telecommunications-act"
    measures = table(
        ["Art der Massnahme", "2023", "2024"],
        ["Echtzeitüberwachungen", "1'000", "1’100"],
        ["Rückwirkende Überwachungen", "5'000", "6'000"],
        ["Notsuchen 1)", "900", "-"],
        ["Antennensuchläufe", "2'000", "12'000"],
        ["Antennensuchläufe (Anzahl Fälle)", "20", "40"],
    )
    answers = table(
        ["Auskünfte", "2023", "2024"],
        ["Einfache Auskünfte (Gesuche)", "300'000", "380'000"],
        ["Komplexe Auskünfte (geliefert)", "14'000", "32'000"],
    )
    files = '<a href="/files/2011-100g.pdf?__blob=publicationFile&amp;v=5">Maßnahmen 2011</a>'
    report = '<a href="/sites/tia-annual-report-2018-19.pdf">TIA Act Annual Report 2018-19</a>'
    book = '<a href="/files/statistik-2024.xlsx">Detaillierte Statistik 2024</a>'
    return {
        "germany_bfj": {
            f"{bfj}/Telekommunikationsueberwachung.html": ("page.html", html(files)),
            "https://www.bundesjustizamt.de/files/2011-100g.pdf?__blob=publicationFile&v=5": (
                "2011-100g.pdf",
                PDF,
            ),
        },
        "australia_tia": {
            tia: ("page.html", html(report)),
            "https://www.ag.gov.au/sites/tia-annual-report-2018-19.pdf": ("report.pdf", PDF),
        },
        "switzerland_uepf": {
            "https://www.li.admin.ch/de/stats": ("page.html", html(measures + answers + book)),
            "https://www.li.admin.ch/files/statistik-2024.xlsx": ("statistik-2024.xlsx", BOOK),
        },
    }


if __name__ == "__main__":
    bt, vodafone = operator_pages()
    save("home_office_spend", spend_pages())
    save("govuk_watch", watch_pages())
    save("whatdotheyknow", foi_pages())
    save("fragdenstaat", froide_pages())
    save("bt", bt)
    save("vodafone", vodafone)
    for source, pages in comparator_pages().items():
        save(source, pages)
