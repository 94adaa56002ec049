"""What each kind of finding means, in a sentence for the person who decides what follows."""

UNKNOWN = "It holds something that this program has no word for."

FINDINGS = {
    # sheets
    "hidden_sheet": "A sheet is hidden.",
    "very_hidden_sheet": "A sheet is hidden so that no menu lists it.",
    "hidden_row": "Rows are hidden or have no height.",
    "hidden_column": "Columns are hidden or have no width.",
    "hidden_cell": "Cells are formatted so that they show nothing.",
    "hidden_object": "A drawing, text box or picture is hidden.",
    "off_screen_cell": "Cells stand so far away that nobody scrolls to them.",
    "covered_cell": "Cells lie under a picture, a shape or a merged cell.",
    "filter_value": "A filter keeps values that it does not show.",
    "pivot_cache": "A pivot table keeps the records behind its totals.",
    "slicer_cache": "A slicer or timeline keeps values of the records behind it.",
    "table_cache": "A table keeps values that it does not show.",
    "shared_string_orphan": "Texts are stored that no cell shows any more.",
    "cached_value_mismatch": "A cell shows another value than is stored for it.",
    "cached_formula_value": "A formula keeps a value from another place.",
    "data_model": "A data model is inside: whole tables behind the sheets.",
    "data_validation_list": "A list of choices for cells holds values of its own.",
    "input_message": "Cells carry messages that show only when they are chosen.",
    "named_range": "Names for ranges of cells are defined.",
    "xml_map": "Cells are bound to an XML file.",
    "rich_data": "Cells are linked to records of an outer data type.",
    "scenario": "Scenarios keep other values of the same cells.",
    "number_format": "A number format shows other text than the cell holds.",
    "macro_sheet_name": "A name of a macro sheet is there, without macros.",
    "connection": "A connection to a database or file is stored.",
    "external_link": "Values of another workbook are stored with the link to it.",
    # letters and pages
    "hidden_text": "Text is marked as hidden.",
    "invisible_text": "Text has the colour of its ground, or is too small to be read.",
    "tracked_change": "Changes are tracked: what was deleted or replaced is still there.",
    "comment": "There are comments or notes.",
    "threaded_comment": "There are conversations in comments.",
    "header_footer": "Headers or footers of pages hold text.",
    "form_field": "Form fields hold what was filled in.",
    "form_control": "Buttons, lists or boxes hold values.",
    "doc_variable": "Variables of the document hold text.",
    "hyperlink_tip": "A link carries text that shows only under the pointer.",
    "alt_text": "A picture is described in text that a page does not show.",
    # PDF
    "bad_redaction": "Text lies under a box that only covers it: the redaction can be lifted.",
    "layer": "A layer is there that is not shown.",
    "annotation": "Notes are attached to a page.",
    "incremental_update": "An earlier state of the document is still in the file.",
    "unreferenced_object": "Objects are in the file that no page shows.",
    "cropped_content": "Something lies outside the part that is shown.",
    "javascript": "It carries a program in JavaScript.",
    "private_data": "A program has stored private data beside the pages.",
    "restricted": "It asks readers' programs to forbid copying or printing.",
    # what lies beside the pages
    "attachment": "Other files are attached.",
    "embedded_object": "Other files are embedded.",
    "chart_cache": "A chart keeps the figures, and more, that it was drawn from.",
    "custom_xml": "Data of another program is stored inside.",
    "custom_property": "Properties that somebody added are stored inside.",
    "doc_properties": "Properties name authors, firms, templates or earlier titles.",
    "author_list": "A list of authors is stored.",
    "image_metadata": "Pictures carry data of the camera, the place or the person.",
    "thumbnail": "A small picture of the first page is stored.",
    "printer_settings": "Settings of a printer are stored.",
    "signature": "It is signed: the certificate names a person.",
    "external_reference": "It would load something from another place.",
    "active_content": "It carries content that acts by itself.",
    "macro_vba": "It carries macros.",
    "xml_comment": "Remarks are written between its parts.",
    "unknown_part": "It holds a part that this kind of document does not have.",
    "unknown_relationship": "It points to a part in a way that we do not know.",
    "unreferenced_part": "It holds a part that nothing points to.",
    "trailing_data": "More bytes follow after its end.",
    "polyglot": "The same bytes read as two kinds of document.",
    "mail_header": "The message's header names addresses, machines or ways.",
    # what the visible cells say
    "pii": "It may identify a person: a name, number, address or date of birth.",
    "free_text": "Cells hold sentences; each waits until a reviewer has read it.",
    "small_count": "It counts fewer than five persons; a reviewer decides.",
    "ambiguous_number": "Numbers can be read in two ways.",
    "charset": "Letters do not read in the charset that it claims.",
    "formula_injection": "Cells begin like a formula; they are written as text.",
    "header_injection": "A heading holds code; it is written as text.",
    # why it was not read
    "wrong_extension": "Its name says another kind of document than its bytes.",
    "corrupt": "It is damaged: it does not read as what it is.",
    "truncated": "Its end is missing.",
    "encrypted": "It is encrypted, or asks for a password.",
    "too_large": "It is larger than we take.",
    "unsupported": "It is of a kind, or uses a feature, that we do not take.",
    "unreadable_format": "It is of a kind that nobody can inspect here.",
    "unreadable_answer": "The process that inspected it gave no answer that we trust.",
    "interrupted": "The process that inspected it was stopped.",
    "expansion_bomb": "Inside it is far larger than it seems, or took too long to read.",
    "xml_dtd": "Its XML defines entities, as attacks do.",
    "zip_bomb": "Its members unpack to far more than they should.",
    "zip_nested": "Archives lie in archives deeper than we go.",
    "zip_slip": "A member's name leads out of the archive.",
    "zip_symlink": "A member is a link to another place.",
    "zip_duplicate_member": "Two members have the same name.",
    "zip_hidden_member": "Bytes lie between its members.",
    "zip_comment": "The archive carries a remark.",
    "zip_extra": "A member of the archive carries data of its own beside its content.",
    "kept_words": "Words stand in settings of the file, where no reader sees them; left out.",
    "control_tag": "A form control carries a tag that no reader sees; it is left out.",
}

OUTCOMES = {
    "accept_clean": "nothing to do",
    "accept_stripped": "left out of all that is published",
    "accept_with_findings": "shown to the reviewer",
    "accept_escaped": "published as plain text",
    "quarantine": "stopped until a reviewer decides",
    "reject": "not taken",
}

STATES = {
    "received": "It waits to be inspected.",
    "reading": "It is being inspected and read.",
    "ready": "It has been inspected and read.",
    "quarantined": "It is stopped: something in it is not for everybody's eyes.",
    "rejected": "It is not taken.",
}

HELD = {
    "pii": "may identify a person",
    "name": "may name a person",
    "free_text": "free text",
}


def finding(kind: str) -> str:
    """The sentence for a kind of finding."""
    return FINDINGS.get(kind, UNKNOWN)


def outcome(name: str) -> str:
    """What an outcome leads to, in words."""
    return OUTCOMES.get(name, OUTCOMES["quarantine"])


def held(reason: str) -> str:
    """Why a cell is held, in words."""
    return HELD.get(reason, "waits for a reviewer")
