"""The search index: one line for everything that has a page of its own."""

import sqlite3
from collections.abc import Iterator

# kind, address, title, text, weight: a body before a figure, a figure before a footnote.
QUESTIONS = """
SELECT 'body', '/bodies/' || b.id, b.label,
  group_concat(n.name, ' ') || ' ' || t.label || ' ' || b.note, 8
  FROM bodies b JOIN body_types t ON t.id = b.body_type JOIN body_names n ON n.body = b.id
  WHERE t.side <> 'operator' GROUP BY b.id;
SELECT 'operator', '/operators/' || b.id, b.label,
  group_concat(n.name, ' ') || ' ' || t.label || ' ' || b.note, 8
  FROM bodies b JOIN body_types t ON t.id = b.body_type JOIN body_names n ON n.body = b.id
  WHERE t.side = 'operator' GROUP BY b.id;
SELECT 'measure', '/trends?measure=' || m.id, m.label,
  m.definition || ' ' || m.why || ' ' || m.caution || ' ' || u.many, 6
  FROM measures m JOIN units u ON u.id = m.unit WHERE m.observations > 0;
SELECT 'source', '/sources/' || id, title, publisher || ' ' || year || ' ' || note, 4 FROM sources;
SELECT 'law', '/retention#' || l.id, l.instrument, l.reference || ' ' || a.label || ' ' ||
  l.data_covered || ' ' || l.status, 5 FROM laws l JOIN areas a ON a.id = l.area;
SELECT 'event', '/timeline#' || id, event, date || ' ' || instrument || ' ' || body, 3
  FROM timeline;
SELECT 'word', '/glossary#unit-' || id, label, one || ' ' || many || ' ' || definition, 5
  FROM units;
SELECT 'word', '/glossary#status-' || id, label || ' ' || mark, definition, 2 FROM statuses;
SELECT 'word', '/glossary#dimension-' || id, label, definition, 2 FROM dimensions;
SELECT 'word', '/glossary#exemption-' || id, label, act || ' ' || section || ' ' || definition, 3
  FROM exemptions;
SELECT 'correction', '/corrections#' || id, title, printed || ' ' || expected || ' ' || reason, 3
  FROM corrections;
SELECT 'conflict', '/corrections#' || id, title, explanation, 3 FROM conflicts;
SELECT 'publication', '/sources/' || p.source || '#publication-' || p.rowid, p.title,
  p.organisations || ' ' || p.about || ' ' || p.document_type || ' ' ||
  coalesce((SELECT group_concat(n.note, ' ') FROM publication_notes n
    WHERE n.publication = p.id), ''), 4 FROM publications p;
SELECT 'request', '/sources/' || f.source || '#request-' || f.rowid, f.title,
  f.authority || ' ' || f.law || ' ' || f.display_state, 3 FROM foi_requests f;
SELECT 'figure', '/observations/' || o.id, s.label || ', ' || o.period,
  coalesce(o.value, coalesce(o.low, '') || ' ' || coalesce(o.high, '')) || ' ' ||
  coalesce(printf('%,d', o.value), '') || ' ' || o.printed || ' ' || r.title || ' '
  || r.publisher || ' ' || u.many || ' ' || coalesce((SELECT group_concat(n.name, ' ')
    FROM body_names n WHERE n.body IN (o.requester, o.holder)), ''),
  CASE WHEN m.topic = 'denominator' THEN 1 WHEN o.breakdown = '_T' THEN 5 ELSE 2 END
  FROM observations o JOIN series s ON s.id = o.series JOIN sources r ON r.id = o.source
  JOIN units u ON u.id = o.unit JOIN measures m ON m.id = o.measure
"""


def search_rows(conn: sqlite3.Connection) -> Iterator[tuple[str, str, str, str, int]]:
    """Yield a row of the table `search` for each body, measure, source, law, word and figure."""
    for question in QUESTIONS.split(";\n"):
        yield from conn.execute(question).fetchall()
