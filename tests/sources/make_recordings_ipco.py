"""Write the recording of the Commissioners' reports: a small PDF with invented round numbers.

Run it by hand: `python tests/sources/make_recordings_ipco.py`. Three tables: one that leaves
nothing to guess, one whose total is ten too high, one with a footnote digit glued to a figure.
"""

import io

from formats import Pages, save_all
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

TABLES = (
    [("Environment Agency", "20"), ("Royal Mail", "100"), ("Serious Fraud Office", "30"),
     ("Gambling Commission", "1,000"), ("Total", "1,150")],
    [("Environment Agency", "20"), ("Royal Mail", "100"), ("Serious Fraud Office", "30"),
     ("Gambling Commission", "1,000"), ("Total", "1,160")],
    [("Environment Agency", "20"), ("Royal Mail", "10044"), ("Serious Fraud Office", "30*"),
     ("Gambling Commission", "1,000"), ("Total", "1,150")],
)  # fmt: skip


def report() -> bytes:
    """Return the report, a table a page, ruled in full."""
    held = io.BytesIO()
    pen = Canvas(held, pagesize=A4, invariant=True)
    for rows in TABLES:
        pen.setFont("Helvetica", 10)
        pen.drawString(60, 780, "Annex. Figures supplied by the authorities.")
        lines = [("Public authority", "Items of data"), *rows]
        for number, (name, value) in enumerate(lines):
            y = 740 - 20 * number
            pen.drawString(65, y, name)
            pen.drawRightString(395, y, value)
            pen.line(60, y + 14, 400, y + 14)
        bottom = 740 - 20 * (len(lines) - 1) - 6
        pen.line(60, bottom, 400, bottom)
        for x in (60, 280, 400):
            pen.line(x, 754, x, bottom)
        pen.showPage()
    pen.save()
    return held.getvalue()


def ipco() -> Pages:
    """The page of reports and one report."""
    address = "https://ipco-wpmedia.example/Annual-Report-2018.pdf"
    page = f'<!doctype html><html><body><a href="{address}">Annual Report 2018</a></body></html>'
    return {
        "https://www.ipco.org.uk/publications/annual-reports/": ("page.html", page.encode()),
        address: ("Annual-Report-2018.pdf", report()),
    }


if __name__ == "__main__":
    save_all(ipco)
