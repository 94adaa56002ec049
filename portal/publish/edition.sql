-- The public edition: made for people who open it in Datasette or DB Browser.
-- Every table and column is described in data/vocabulary/tables.toml; a test compares the two.

CREATE TABLE about (
  key TEXT PRIMARY KEY,
  value TEXT NOT NULL
);

CREATE TABLE units (
  id TEXT PRIMARY KEY, label TEXT NOT NULL, one TEXT NOT NULL, many TEXT NOT NULL,
  kind TEXT NOT NULL, symbol TEXT NOT NULL, definition TEXT NOT NULL
);
CREATE TABLE measures (
  id TEXT PRIMARY KEY, label TEXT NOT NULL, unit TEXT NOT NULL REFERENCES units(id),
  topic TEXT NOT NULL, side TEXT NOT NULL, counted_by TEXT NOT NULL, definition TEXT NOT NULL,
  why TEXT NOT NULL, first TEXT NOT NULL, last TEXT NOT NULL, caution TEXT NOT NULL,
  caution_source TEXT NOT NULL, additive INTEGER NOT NULL, observations INTEGER NOT NULL
);
CREATE TABLE dimensions (id TEXT PRIMARY KEY, label TEXT NOT NULL, definition TEXT NOT NULL);
CREATE TABLE codes (
  id TEXT PRIMARY KEY, dimension TEXT NOT NULL REFERENCES dimensions(id),
  code TEXT NOT NULL, label TEXT NOT NULL
);
CREATE TABLE breakdowns (id TEXT PRIMARY KEY, label TEXT NOT NULL);
CREATE TABLE breakdown_codes (
  breakdown TEXT NOT NULL REFERENCES breakdowns(id), code TEXT NOT NULL REFERENCES codes(id),
  PRIMARY KEY (breakdown, code)
);
CREATE TABLE statuses (
  id TEXT PRIMARY KEY, label TEXT NOT NULL, mark TEXT NOT NULL, definition TEXT NOT NULL,
  has_value INTEGER NOT NULL
);
CREATE TABLE areas (
  id TEXT PRIMARY KEY, label TEXT NOT NULL, kind TEXT NOT NULL, iso TEXT NOT NULL, ons TEXT NOT NULL
);
CREATE TABLE body_types (
  id TEXT PRIMARY KEY, label TEXT NOT NULL, plural TEXT NOT NULL, side TEXT NOT NULL
);
CREATE TABLE bodies (
  id TEXT PRIMARY KEY, label TEXT NOT NULL, body_type TEXT NOT NULL REFERENCES body_types(id),
  area TEXT REFERENCES areas(id), ons_code TEXT NOT NULL, parent TEXT REFERENCES bodies(id),
  valid_from TEXT NOT NULL, valid_to TEXT NOT NULL, website TEXT NOT NULL,
  whatdotheyknow_slug TEXT NOT NULL, note TEXT NOT NULL, source_url TEXT NOT NULL,
  as_requester INTEGER NOT NULL, as_holder INTEGER NOT NULL
);
CREATE TABLE body_names (
  name TEXT NOT NULL, body TEXT NOT NULL REFERENCES bodies(id), PRIMARY KEY (name, body)
);
CREATE TABLE licences (
  id TEXT PRIMARY KEY, label TEXT NOT NULL, url TEXT NOT NULL, attribution TEXT NOT NULL,
  mirror INTEGER NOT NULL
);
CREATE TABLE sources (
  id TEXT PRIMARY KEY, title TEXT NOT NULL, publisher TEXT NOT NULL, year TEXT NOT NULL,
  url TEXT NOT NULL, kind TEXT NOT NULL, licence TEXT NOT NULL REFERENCES licences(id),
  note TEXT NOT NULL, observations INTEGER NOT NULL
);
CREATE TABLE snapshots (
  sha256 TEXT PRIMARY KEY, name TEXT NOT NULL, address TEXT NOT NULL, media_type TEXT NOT NULL,
  bytes INTEGER NOT NULL, observations INTEGER NOT NULL, mirrored INTEGER NOT NULL
);
CREATE TABLE fetches (
  snapshot TEXT NOT NULL REFERENCES snapshots(sha256), address TEXT NOT NULL,
  source TEXT NOT NULL REFERENCES sources(id), label TEXT NOT NULL, linked_from TEXT NOT NULL,
  first_fetched TEXT NOT NULL, last_fetched TEXT NOT NULL,
  PRIMARY KEY (snapshot, address, source)
);
CREATE TABLE series (
  id TEXT PRIMARY KEY, label TEXT NOT NULL, measure TEXT NOT NULL REFERENCES measures(id),
  requester TEXT NOT NULL REFERENCES bodies(id), holder TEXT NOT NULL REFERENCES bodies(id),
  area TEXT NOT NULL REFERENCES areas(id), breakdown TEXT NOT NULL REFERENCES breakdowns(id),
  first_day TEXT NOT NULL, last_day TEXT NOT NULL, observations INTEGER NOT NULL,
  bands INTEGER NOT NULL
);
CREATE TABLE observations (
  id TEXT PRIMARY KEY,
  series TEXT NOT NULL REFERENCES series(id),
  measure TEXT NOT NULL REFERENCES measures(id),
  unit TEXT NOT NULL REFERENCES units(id),
  requester TEXT NOT NULL REFERENCES bodies(id),
  holder TEXT NOT NULL REFERENCES bodies(id),
  area TEXT NOT NULL REFERENCES areas(id),
  breakdown TEXT NOT NULL REFERENCES breakdowns(id),
  period TEXT NOT NULL, start TEXT NOT NULL, "end" TEXT NOT NULL, period_kind TEXT NOT NULL,
  value NUMERIC, low NUMERIC, high NUMERIC,
  status TEXT NOT NULL REFERENCES statuses(id), marks TEXT NOT NULL, printed TEXT NOT NULL,
  source TEXT NOT NULL REFERENCES sources(id), page TEXT NOT NULL, url TEXT NOT NULL,
  snapshot TEXT NOT NULL REFERENCES snapshots(sha256), part TEXT NOT NULL, "row" INTEGER,
  "column" TEXT NOT NULL,
  variant TEXT NOT NULL, note TEXT NOT NULL,
  disputed INTEGER NOT NULL, corrected INTEGER NOT NULL, revision INTEGER NOT NULL
);
CREATE TABLE revisions (
  observation TEXT NOT NULL REFERENCES observations(id), revision INTEGER NOT NULL,
  value NUMERIC, low NUMERIC, high NUMERIC, status TEXT NOT NULL REFERENCES statuses(id),
  printed TEXT NOT NULL, note TEXT NOT NULL, snapshot TEXT NOT NULL, reason TEXT NOT NULL,
  explanation TEXT NOT NULL, approved_by TEXT NOT NULL, recorded_at TEXT NOT NULL,
  PRIMARY KEY (observation, revision)
);
CREATE TABLE breaks (
  id TEXT PRIMARY KEY, date TEXT NOT NULL, kind TEXT NOT NULL, title TEXT NOT NULL,
  changed TEXT NOT NULL, source TEXT REFERENCES sources(id), locator TEXT NOT NULL,
  holder TEXT REFERENCES bodies(id)
);
CREATE TABLE break_measures (
  break TEXT NOT NULL REFERENCES breaks(id), measure TEXT NOT NULL REFERENCES measures(id),
  side TEXT NOT NULL, PRIMARY KEY (break, measure, side)
);
CREATE TABLE chains (
  id TEXT PRIMARY KEY, label TEXT NOT NULL, explanation TEXT NOT NULL,
  first INTEGER NOT NULL, last INTEGER NOT NULL
);
CREATE TABLE chain_measures (
  chain TEXT NOT NULL REFERENCES chains(id), position INTEGER NOT NULL,
  measure TEXT NOT NULL REFERENCES measures(id), PRIMARY KEY (chain, position)
);
CREATE TABLE corrections (
  id TEXT PRIMARY KEY, kind TEXT NOT NULL, title TEXT NOT NULL, printed TEXT NOT NULL,
  expected TEXT NOT NULL, reason TEXT NOT NULL, reported_by TEXT NOT NULL, state TEXT NOT NULL,
  source TEXT REFERENCES sources(id), locator TEXT NOT NULL, guard TEXT NOT NULL
);
CREATE TABLE correction_figures (
  correction TEXT NOT NULL REFERENCES corrections(id),
  observation TEXT NOT NULL REFERENCES observations(id), PRIMARY KEY (correction, observation)
);
CREATE TABLE conflicts (
  id TEXT PRIMARY KEY, title TEXT NOT NULL, explanation TEXT NOT NULL,
  preferred TEXT REFERENCES observations(id)
);
CREATE TABLE conflict_sides (
  conflict TEXT NOT NULL REFERENCES conflicts(id), position INTEGER NOT NULL,
  observation TEXT REFERENCES observations(id), says TEXT NOT NULL,
  source TEXT REFERENCES sources(id), PRIMARY KEY (conflict, position)
);
CREATE TABLE laws (
  id TEXT PRIMARY KEY, instrument TEXT NOT NULL, reference TEXT NOT NULL,
  area TEXT NOT NULL REFERENCES areas(id), instrument_type TEXT NOT NULL,
  in_force_from TEXT NOT NULL, ended_on TEXT NOT NULL, months_min INTEGER, months_max INTEGER,
  data_covered TEXT NOT NULL, state TEXT NOT NULL, status TEXT NOT NULL,
  status_event TEXT NOT NULL, status_event_date TEXT NOT NULL,
  source TEXT REFERENCES sources(id), url TEXT NOT NULL, note TEXT NOT NULL
);
CREATE TABLE timeline (
  id TEXT PRIMARY KEY, date TEXT NOT NULL, event TEXT NOT NULL, instrument TEXT NOT NULL,
  body TEXT NOT NULL, area TEXT REFERENCES areas(id), source_title TEXT NOT NULL, url TEXT NOT NULL
);
CREATE TABLE powers (
  id TEXT PRIMARY KEY, label TEXT NOT NULL, act TEXT NOT NULL, section TEXT NOT NULL,
  "from" TEXT NOT NULL, "to" TEXT NOT NULL, definition TEXT NOT NULL, source TEXT NOT NULL, url TEXT NOT NULL
);
CREATE TABLE purposes (
  id TEXT PRIMARY KEY, label TEXT NOT NULL, act TEXT NOT NULL, section TEXT NOT NULL,
  definition TEXT NOT NULL, source TEXT NOT NULL, url TEXT NOT NULL
);
CREATE TABLE exemptions (
  id TEXT PRIMARY KEY, label TEXT NOT NULL, act TEXT NOT NULL, section TEXT NOT NULL,
  definition TEXT NOT NULL, qualified INTEGER NOT NULL
);
CREATE TABLE held (
  body TEXT NOT NULL REFERENCES bodies(id), year INTEGER NOT NULL,
  observation TEXT NOT NULL REFERENCES observations(id), whole_year INTEGER NOT NULL,
  PRIMARY KEY (body, year, observation)
) WITHOUT ROWID;
CREATE TABLE holdings (
  role TEXT NOT NULL, body TEXT NOT NULL REFERENCES bodies(id),
  measure TEXT NOT NULL REFERENCES measures(id), figures INTEGER NOT NULL,
  british INTEGER NOT NULL, first_day TEXT NOT NULL, last_day TEXT NOT NULL,
  states INTEGER NOT NULL, PRIMARY KEY (role, body, measure)
) WITHOUT ROWID;
CREATE TABLE datasets (
  id TEXT PRIMARY KEY, label TEXT NOT NULL, definition TEXT NOT NULL, rows INTEGER NOT NULL
);
CREATE TABLE comparisons (
  id TEXT PRIMARY KEY, source TEXT NOT NULL REFERENCES sources(id), feed TEXT NOT NULL,
  old TEXT NOT NULL REFERENCES snapshots(sha256), new TEXT NOT NULL REFERENCES snapshots(sha256),
  position INTEGER NOT NULL, known INTEGER NOT NULL, changed INTEGER NOT NULL,
  withdrawn INTEGER NOT NULL, blank_became_zero INTEGER NOT NULL,
  new_in_old_period INTEGER NOT NULL, new_period INTEGER NOT NULL
);
CREATE TABLE comparison_figures (
  comparison TEXT NOT NULL REFERENCES comparisons(id),
  observation TEXT NOT NULL REFERENCES observations(id), revision INTEGER NOT NULL,
  kind TEXT NOT NULL, position INTEGER NOT NULL, PRIMARY KEY (comparison, position, observation)
) WITHOUT ROWID;
CREATE TABLE publications (
  id TEXT PRIMARY KEY, source TEXT NOT NULL REFERENCES sources(id), title TEXT NOT NULL,
  document_type TEXT NOT NULL, organisations TEXT NOT NULL, first_published TEXT NOT NULL,
  updated TEXT NOT NULL, withdrawn TEXT NOT NULL, about TEXT NOT NULL, url TEXT NOT NULL,
  snapshot TEXT NOT NULL REFERENCES snapshots(sha256)
);
CREATE TABLE publication_notes (
  publication TEXT NOT NULL REFERENCES publications(id), position INTEGER NOT NULL,
  date TEXT NOT NULL, note TEXT NOT NULL, PRIMARY KEY (publication, position)
);
CREATE TABLE publication_files (
  publication TEXT NOT NULL REFERENCES publications(id), position INTEGER NOT NULL,
  title TEXT NOT NULL, url TEXT NOT NULL, media_type TEXT NOT NULL, bytes INTEGER,
  PRIMARY KEY (publication, position)
);
CREATE TABLE foi_requests (
  id TEXT PRIMARY KEY, source TEXT NOT NULL REFERENCES sources(id), title TEXT NOT NULL,
  law TEXT NOT NULL, state TEXT NOT NULL, display_state TEXT NOT NULL, authority TEXT NOT NULL,
  body TEXT REFERENCES bodies(id), created TEXT NOT NULL, updated TEXT NOT NULL,
  last_event TEXT NOT NULL, attachments TEXT NOT NULL,
  snapshot TEXT NOT NULL REFERENCES snapshots(sha256)
);
CREATE TABLE documents (
  sha256 TEXT PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL,
  source TEXT REFERENCES sources(id), request TEXT NOT NULL, pages INTEGER NOT NULL,
  observations INTEGER NOT NULL, released TEXT NOT NULL, copy TEXT NOT NULL,
  withdrawn TEXT NOT NULL, why TEXT NOT NULL
);
CREATE TABLE pictures (
  observation TEXT PRIMARY KEY REFERENCES observations(id),
  document TEXT NOT NULL REFERENCES documents(sha256), file TEXT NOT NULL, page INTEGER NOT NULL,
  width INTEGER NOT NULL, height INTEGER NOT NULL, "left" INTEGER NOT NULL, top INTEGER NOT NULL,
  "right" INTEGER NOT NULL, bottom INTEGER NOT NULL, alt TEXT NOT NULL
);
CREATE TABLE readers (
  observation TEXT PRIMARY KEY REFERENCES observations(id),
  document TEXT NOT NULL REFERENCES documents(sha256), rule TEXT NOT NULL,
  readings INTEGER NOT NULL, confidence REAL NOT NULL, heading TEXT NOT NULL
);
CREATE TABLE agreement (
  document TEXT PRIMARY KEY REFERENCES documents(sha256), read_twice INTEGER NOT NULL,
  same INTEGER NOT NULL, rate REAL
);
CREATE TABLE campaigns (
  id TEXT PRIMARY KEY, title TEXT NOT NULL, question TEXT NOT NULL, measures TEXT NOT NULL,
  first TEXT NOT NULL, last TEXT NOT NULL, state TEXT NOT NULL
);
CREATE TABLE asked (
  campaign TEXT NOT NULL REFERENCES campaigns(id), body TEXT NOT NULL REFERENCES bodies(id),
  reference TEXT NOT NULL, address TEXT NOT NULL, law TEXT NOT NULL, sent_on TEXT NOT NULL,
  due_on TEXT NOT NULL, answered_on TEXT NOT NULL, state TEXT NOT NULL, exemptions TEXT NOT NULL,
  working_days INTEGER
);
CREATE TABLE changes (
  id INTEGER PRIMARY KEY, edition INTEGER NOT NULL, kind TEXT NOT NULL, title TEXT NOT NULL,
  detail TEXT NOT NULL, observation TEXT, address TEXT NOT NULL, recorded_on TEXT NOT NULL
);

CREATE INDEX observations_series ON observations(series, start);
CREATE INDEX observations_measure ON observations(measure, requester, holder, area, breakdown, start);
CREATE INDEX observations_requester ON observations(requester, measure, start);
CREATE INDEX observations_holder ON observations(holder, measure, start);
CREATE INDEX observations_source ON observations(source, measure, start);
CREATE INDEX observations_snapshot ON observations(snapshot, "row");
CREATE INDEX observations_area ON observations(measure, area, start);
CREATE INDEX observations_holder_area ON observations(holder, area, measure, start);
CREATE INDEX observations_status ON observations(status);
CREATE INDEX series_measure ON series(measure, requester, holder, area, breakdown);
CREATE INDEX series_area ON series(measure, area);
CREATE INDEX series_long ON series(holder, area, breakdown, observations);
CREATE INDEX series_bands ON series(holder) WHERE bands > 0;
CREATE INDEX series_asked ON series(requester, breakdown, observations);
CREATE INDEX series_requester ON series(requester);
CREATE INDEX series_holder ON series(holder);
CREATE INDEX correction_figures_observation ON correction_figures(observation);
CREATE INDEX conflict_sides_observation ON conflict_sides(observation);
CREATE INDEX comparisons_source ON comparisons(source, position);
CREATE INDEX comparison_figures_observation ON comparison_figures(observation);
CREATE INDEX publications_source ON publications(source, updated);
CREATE INDEX foi_requests_source ON foi_requests(source, updated);
CREATE INDEX foi_requests_body ON foi_requests(body);
CREATE INDEX documents_source ON documents(source);
CREATE INDEX pictures_document ON pictures(document);
CREATE INDEX readers_document ON readers(document);
CREATE INDEX asked_campaign ON asked(campaign, body);
CREATE INDEX asked_body ON asked(body);
CREATE INDEX body_names_body ON body_names(body);
CREATE INDEX bodies_type ON bodies(body_type, label);

CREATE VIRTUAL TABLE search USING fts5(
  kind UNINDEXED, ref UNINDEXED, title, text, rank_weight UNINDEXED,
  tokenize = "unicode61 remove_diacritics 2", prefix = '2 3'
);

CREATE VIEW figures AS
SELECT o.id, m.label AS measure, u.many AS unit, q.label AS requester, h.label AS holder,
  a.label AS area, b.label AS breakdown, o.period, o.start, o."end", o.value, o.low, o.high,
  o.marks, s.label AS status, o.printed, r.publisher, r.title AS source, o.page, o.url, o.note
FROM observations o
JOIN measures m ON m.id = o.measure JOIN units u ON u.id = o.unit
JOIN bodies q ON q.id = o.requester JOIN bodies h ON h.id = o.holder
JOIN areas a ON a.id = o.area JOIN breakdowns b ON b.id = o.breakdown
JOIN statuses s ON s.id = o.status JOIN sources r ON r.id = o.source;

CREATE VIEW national_totals AS
SELECT o.id, o.period, o.start, o."end", o.value, o.marks, u.many AS unit, m.label AS measure,
  r.title AS source, o.page, o.note
FROM chain_measures c JOIN measures m ON m.id = c.measure
JOIN observations o ON o.measure = c.measure AND o.requester = '_T' AND o.holder = '_T'
  AND o.breakdown = '_T' AND o.area = 'GB'
JOIN units u ON u.id = o.unit JOIN sources r ON r.id = o.source
WHERE c.chain = 'national' ORDER BY o.start, o.source;

CREATE VIEW requests_by_authority AS
SELECT o.id, q.label AS authority, t.label AS kind, m.label AS measure, u.many AS unit, o.period,
  o.value, o.low, o.high, o.marks, r.title AS source, o.page
FROM observations o JOIN bodies q ON q.id = o.requester JOIN body_types t ON t.id = q.body_type
JOIN measures m ON m.id = o.measure JOIN units u ON u.id = o.unit JOIN sources r ON r.id = o.source
WHERE o.requester <> '_T' AND m.topic IN ('volume', 'foi') AND o.breakdown = '_T'
ORDER BY o.start, m.id, o.value DESC;

CREATE VIEW company_requests_from_the_uk AS
SELECT o.id, h.label AS company, m.label AS measure, u.many AS unit, b.label AS breakdown, o.period,
  o.value, o.low, o.high, o.marks, r.title AS source
FROM observations o JOIN bodies h ON h.id = o.holder JOIN measures m ON m.id = o.measure
JOIN units u ON u.id = o.unit JOIN breakdowns b ON b.id = o.breakdown JOIN sources r ON r.id = o.source
WHERE m.topic = 'company' AND o.area = 'GB' ORDER BY h.label, m.id, o.start;

CREATE VIEW errors_by_year AS
SELECT o.id, m.label AS measure, b.label AS breakdown, o.period, o.value, o.marks, u.many AS unit,
  r.title AS source, o.page, o.note
FROM observations o JOIN measures m ON m.id = o.measure JOIN units u ON u.id = o.unit
JOIN breakdowns b ON b.id = o.breakdown JOIN sources r ON r.id = o.source
WHERE m.topic = 'errors' ORDER BY o.start, m.id, o.breakdown;

CREATE VIEW money AS
SELECT o.id, m.label AS measure, q.label AS paid_by, h.label AS paid_to, o.period, o.value, o.low,
  o.high, o.marks, u.label AS unit, r.title AS source, o.note
FROM observations o JOIN measures m ON m.id = o.measure JOIN units u ON u.id = o.unit
JOIN bodies q ON q.id = o.requester JOIN bodies h ON h.id = o.holder JOIN sources r ON r.id = o.source
WHERE m.topic = 'cost' ORDER BY o.start, m.id;

CREATE VIEW retention_periods AS
SELECT l.id, a.label AS area, l.instrument, l.in_force_from, l.ended_on, l.months_min, l.months_max,
  l.state, l.status, l.data_covered, l.url
FROM laws l JOIN areas a ON a.id = l.area ORDER BY a.label, l.in_force_from;

CREATE VIEW disputed_figures AS
SELECT s.observation AS id, c.title, s.says, o.value, o.period, r.title AS source, c.explanation
FROM conflict_sides s JOIN conflicts c ON c.id = s.conflict
LEFT JOIN observations o ON o.id = s.observation LEFT JOIN sources r ON r.id = s.source
ORDER BY c.id, s.position;
