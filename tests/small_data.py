"""A small data/ folder in the real layout, for tests that break it on purpose."""

from pathlib import Path

from portal.ingest.figures import HEADER
from portal.ingest.words import BODY, SOURCE

VOCABULARY = {
    "units": """
[unit.item]
label = "Items of data"
one = "item"
many = "items"
kind = "count"
[unit.pound]
label = "Pounds"
one = "pound"
many = "pounds"
kind = "money"
symbol = "£"
""",
    "measures": """
[measure.items]
label = "Items of communications data"
unit = "item"
topic = "volume"
side = "authority"
counted_by = "the Commissioner"
definition = "Items obtained."
why = "It is the size of the power."
additive = true
[measure.grants]
label = "Grants to operators"
unit = "pound"
topic = "cost"
side = "money"
counted_by = "the Home Office"
definition = "Grants paid."
why = "It is public money."
""",
    "dimensions": """
[dimension.cause]
label = "Cause"
definition = "Why."
[dimension.cause.codes]
human = "human"
system = "technical system"
""",
    "statuses": """
[status.normal]
label = "normal"
mark = ""
definition = "Nothing to be said."
has_value = true
[status.doubtful]
label = "doubtful"
mark = "[u]"
definition = "Low reliability."
has_value = true
[status.suppressed]
label = "suppressed"
mark = "[c]"
definition = "Hidden by the publisher."
has_value = false
[status.withdrawn]
label = "withdrawn"
mark = "[x6]"
definition = "Taken back."
has_value = false
""",
    "areas": '[area.GB]\nlabel = "United Kingdom"\nkind = "state"\niso = "GB"\nons = "K02000001"\n',
    "body_types": """
[body_type.police_force]
label = "police force"
plural = "police forces"
side = "authority"
[body_type.group]
label = "group"
plural = "groups"
side = "group"
""",
    "licences": """
[licence.ogl]
label = "OGL"
url = "https://example.org"
attribution = "Crown"
""",
    "powers": "power = {}\n",
    "purposes": "purpose = {}\n",
    "exemptions": "exemption = {}\n",
    "datasets": """
[dataset.volume]
label = "Requests"
definition = "Requests."
[dataset.cost]
label = "Money"
definition = "Money."
""",
    "breaks": """
[[break]]
id = "new-counting"
date = 2015-01-01
measures = ["items"]
to_measures = []
kind = "method"
title = "New counting"
changed = "Counted anew."
source = "report"
locator = "page 1"
""",
    "chains": """
[[chain]]
id = "national"
label = "National totals"
measures = ["items"]
from = 2013
to = 2016
explanation = "One after the other."
""",
}
FIGURES = [
    "items,_T,_T,GB,_T,2014-01-01,2014-12-31,2014,517236,exact,,normal,report,p. 1,,,,",
    "items,_T,_T,GB,_T,2015-01-01,2015-12-31,2015,761702,exact,,normal,report,p. 2,,,,",
    "items,kent-police,_T,GB,cause=human,2015-01-01,2015-12-31,2015,12,exact,,normal,report,,,,,",
    'grants,_T,_T,GB,_T,2004-04-01,2005-03-31,2004-05,"£84,582.23",exact,,normal,report,,,,,',
]
LAW = (
    "id,instrument,reference,area,instrument_type,in_force_from,ended_on,months_min,months_max,"
    "data_covered,state,status,status_event,status_event_date,source,url,seen_at,note"
)


def make_data(folder: Path, figures: list[str] | None = None) -> Path:
    """Write a small data/ folder and return it."""
    data = folder / "data"
    for name, text in VOCABULARY.items():
        write(data / "vocabulary" / f"{name}.toml", text)
    kent = "kent-police,Kent Police,police_force,GB,E23000032,,Kent Police|Kent,,,,,,"
    write(data / "bodies.csv", ",".join(BODY) + f"\n{kent}\n")
    source = "report,Annual report,The Commissioner,2016,https://example.org/r,official,ogl,"
    write(data / "sources.csv", ",".join(SOURCE) + f"\n{source}\n")
    write_figures(data, FIGURES if figures is None else figures)
    law = "act,An Act,2016 c.25,GB,act,2016-12-30,,,12,data,in_force,in force,,,report,,,"
    write(data / "laws.csv", f"{LAW}\n{law}\n")
    event = "e1,2016-12-30,The Act begins,An Act,,GB,Report,https://example.org/r"
    header = "id,date,event,instrument,body,area,source_title,url"
    write(data / "timeline.csv", f"{header}\n{event}\n")
    return data


def write_figures(data: Path, rows: list[str]) -> None:
    """Write data/figures/totals.csv."""
    write(data / "figures" / "totals.csv", "\n".join([",".join(HEADER), *rows]) + "\n")


def write(path: Path, text: str) -> None:
    """Write a text file and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8", newline="\n")
