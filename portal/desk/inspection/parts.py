"""The allow-list of an Office package: what each part and relationship may be, and means."""

import re

# What we read ourselves and judge by its content carries no finding here ("").
# Whatever matches no line is an unknown part: a finding.
_PARTS: tuple[tuple[str, str], ...] = (
    (r"\[content_types\]\.xml", ""),
    (r"(.*/)?_rels/[^/]*\.rels", ""),
    (r"docprops/(core|app|custom)\d*\.xml|package/services/metadata/.*\.psmdcp", ""),
    (r"docprops/thumbnail\.\w{3,4}", "thumbnail"),
    (r"docmetadata/labelinfo\d*\.xml", "doc_properties"),
    (r"_xmlsignatures/.*", "signature"),
    (r"(xl|word|ppt)/theme/theme(override)?\d*\.xml", ""),
    (r"(xl|word|ppt)/theme/media/[^/]*", ""),
    (r"(xl|word|ppt)/media/[^/]*", ""),
    (r"(xl|word|ppt)/charts/(chart|chartex)\d*\.xml", ""),
    (r"(xl|word|ppt)/charts/(style|colors)\d*\.xml", ""),
    (r"(xl|word|ppt)/drawings/drawing\d*\.xml", ""),
    (r"(xl|word|ppt)/drawings/(vml|comments)?drawing\d*\.vml", ""),
    (r"(xl|word|ppt)/embeddings/.*", "embedded_object"),
    (r"(xl|word|ppt)/activex/.*", "active_content"),
    (r"(xl|word|ppt)/vba(project|data)(signature.*)?\.(bin|xml)", "macro_vba"),
    (r"(xl|word|ppt)/diagrams/.*", "diagram"),
    (r"(xl|word|ppt)/ink/.*", "ink"),
    (r"(xl|word|ppt)/webextensions/.*|(xl/|word/)?webextension.*", "active_content"),
    (r"customui/.*|userCustomization/.*", "active_content"),
    (r"customxml/item\d*\.xml", ""),
    (r"customxml/itemprops\d*\.xml", ""),
    (r"(xl|word|ppt)/printersettings/.*", "printer_settings"),
    (r"xl/(workbook|styles|sharedstrings|calcchain|metadata)\.(xml|bin)", ""),
    (r"xl/worksheets/(sheet\d*\.xml|(sheet|binaryindex)\d*\.bin)", ""),
    (r"xl/chartsheets/sheet\d*\.xml", ""),
    (r"xl/tables/table\d*\.(xml|bin)", ""),
    (r"xl/featurepropertybag/featurepropertybag\d*\.xml", ""),
    (r"xl/tables/tablesinglecells\d*\.xml", "xml_map"),
    (r"xl/comments/?(comments?)?\d*\.(xml|bin)", "comment"),
    (r"xl/threadedcomments/.*", "threaded_comment"),
    (r"xl/persons/person\d*\.xml", "author_list"),
    (r"xl/pivotcache/.*", "pivot_cache"),
    (r"xl/pivottables/.*", "pivot_cache"),
    (r"xl/(slicers|slicercaches|timelines|timelinecaches)/.*", "slicer_cache"),
    (r"xl/externallinks/.*", "external_link"),
    (r"xl/model/.*", "data_model"),
    (r"xl/customdata/.*", "data_model"),
    (r"xl/connections\.(xml|bin)|xl/querytables/.*|xl/queries/.*", "connection"),
    (r"xl/xmlmaps\.xml", "xml_map"),
    (r"xl/revisions/.*", "tracked_change"),
    (r"xl/volatiledependencies\.xml", "external_link"),
    (r"xl/(macrosheets|intlmacrosheets|dialogsheets)/.*", "macro_vba"),
    (r"xl/ctrlprops/.*", "form_control"),
    (r"xl/customproperty/.*|xl/customproperty\d*\.bin", "custom_property"),
    (r"xl/richdata/.*", "rich_data"),
    (r"xl/attachedtoolbars\.bin|xl/vbaprojectsignature\.bin", "macro_vba"),
    (r"xl/(python|externalcode).*", "active_content"),
    (r"word/(document|document2|styles|styleswitheffects|fonttable|numbering)\.xml", ""),
    (r"word/(settings|websettings|footnotes|endnotes)\d*\.xml", ""),
    (r"word/people\d*\.xml", "author_list"),
    (r"word/(header|footer)\d*\.xml", ""),
    (r"word/fonts/.*", ""),
    (r"word/comments(extended|ids|extensible)?\d*\.xml", "comment"),
    (r"word/glossary/.*", "glossary"),
    (r"word/(afchunk|chunk|htmldoc|altchunk).*", "embedded_object"),
    (r"word/recipientdata\.xml|word/mailmerge.*", "connection"),
    (r"word/(keymapcustomizations|customizations|attachedtoolbars)\.(xml|bin)", "macro_vba"),
    (r"ppt/(presentation|presprops|viewprops|tablestyles|revisioninfo)\.xml", ""),
    (r"ppt/(slides|slidelayouts|slidemasters)/[^/]*\.xml", ""),
    (r"ppt/(notesslides|notesmasters|handoutmasters)/.*", "notes"),
    (r"ppt/(comments|modernComments)/.*|ppt/commentauthors\.xml|ppt/authors\.xml", "comment"),
    (r"ppt/tags/.*", "custom_property"),
)
_COMPILED = tuple((re.compile(pattern, re.I), kind) for pattern, kind in _PARTS)

# Relationship types by the last word of their official address.
_OFFICIAL = re.compile(
    r"http://(schemas\.openxmlformats\.org/(officeDocument/2006|package/2006)"
    r"|purl\.oclc\.org/ooxml/officeDocument"
    r"|schemas\.microsoft\.com/office/(20\d\d|word/20\d\d|excel/20\d\d|2006|2011)"
    r"(/\d\d)?)/relationships/(metadata/|digital-signature/)?",
    # LibreOffice writes one of them in small letters
    re.I,
)
RELATIONSHIPS = dict.fromkeys(
    """officedocument extended-properties core-properties custom-properties worksheet chartsheet
    styles theme sharedstrings calcchain sheetmetadata drawing chart chartex image hyperlink table
    fonttable numbering settings websettings footnotes endnotes header footer customxml
    customxmlprops vmldrawing stylewitheffects styleswitheffects chartstyle chartcolorstyle
    themeoverride font slide slidelayout slidemaster presprops viewprops tablestyles people
    featurepropertybag chartusershapes hdphoto revisioninfo svgimage""".split(),
    "",
)
RELATIONSHIPS |= {
    "thumbnail": "thumbnail",
    "printersettings": "printer_settings",
    "classificationlabels": "doc_properties",
    "origin": "signature",
    "signature": "signature",
    "comments": "comment",
    "commentsextended": "comment",
    "commentsids": "comment",
    "commentsextensible": "comment",
    "commentauthors": "comment",
    "authors": "comment",
    "threadedcomment": "threaded_comment",
    "person": "author_list",
    "pivotcachedefinition": "pivot_cache",
    "pivotcacherecords": "pivot_cache",
    "pivottable": "pivot_cache",
    "slicer": "slicer_cache",
    "slicercache": "slicer_cache",
    "timeline": "slicer_cache",
    "timelinecache": "slicer_cache",
    "externallink": "external_link",
    "externallinkpath": "external_link",
    "externallinklongpath": "external_link",
    "xlpathmissing": "external_link",
    "xlexternallinkpath/xlpathmissing": "external_link",
    "xlstartup": "external_link",
    "xllibrary": "external_link",
    "powerpivotdata": "data_model",
    "customdata": "data_model",
    "connections": "connection",
    "querytable": "connection",
    "mailmergesource": "connection",
    "mailmergeheadersource": "connection",
    "recipientdata": "connection",
    "xmlmaps": "xml_map",
    "tablesinglecells": "xml_map",
    "revisionheaders": "tracked_change",
    "revisionlog": "tracked_change",
    "usernames": "tracked_change",
    "volatiledependencies": "external_link",
    "oleobject": "embedded_object",
    "package": "embedded_object",
    "afchunk": "embedded_object",
    "subdocument": "external_reference",
    "attachedtemplate": "external_reference",
    "frame": "external_reference",
    "control": "active_content",
    "activexcontrolbinary": "active_content",
    "ctrlprop": "form_control",
    "vbaproject": "macro_vba",
    "vbaprojectsignature": "macro_vba",
    "wordvbadata": "macro_vba",
    "keymapcustomizations": "macro_vba",
    "attachedtoolbars": "macro_vba",
    "xlbinaryindex": "",
    "xlmacrosheet": "macro_vba",
    "xlintlmacrosheet": "macro_vba",
    "dialogsheet": "macro_vba",
    "extensibility": "active_content",
    "usercustomization": "active_content",
    "webextension": "active_content",
    "webextensiontaskpanes": "active_content",
    "customproperty": "custom_property",
    "tags": "custom_property",
    "glossarydocument": "glossary",
    "notesslide": "notes",
    "notesmaster": "notes",
    "handoutmaster": "notes",
    "diagramdata": "diagram",
    "diagramlayout": "diagram",
    "diagramquickstyle": "diagram",
    "diagramcolors": "diagram",
    "diagramdrawing": "diagram",
    "ink": "ink",
    "video": "embedded_object",
    "audio": "embedded_object",
    "media": "embedded_object",
    "rdrichvalue": "rich_data",
    "rdrichvaluestructure": "rich_data",
    "rdrichvaluetypes": "rich_data",
    "rdrichvaluewebimage": "rich_data",
    "richvaluerel": "rich_data",
    "rdarray": "rich_data",
    "rdsupportingpropertybag": "rich_data",
    "rdsupportingpropertybagstructure": "rich_data",
    "richstyles": "rich_data",
}


def part_kind(name: str) -> str | None:
    """Return the finding that a part stands for, empty for none; None when it is unknown."""
    for pattern, kind in _COMPILED:
        if pattern.fullmatch(name):
            return kind
    return None


def relationship_kind(address: str) -> str | None:
    """Return the finding that a relationship stands for; None when its type is unknown."""
    found = _OFFICIAL.match(address)
    if not found:
        return None
    return RELATIONSHIPS.get(address[found.end() :].casefold())
