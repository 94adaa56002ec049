-- The desk's rooms: who works here, what came in, how it was read, and what was decided on it.

CREATE TABLE people (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE,
  role TEXT NOT NULL CHECK (role IN ('contributor', 'reviewer', 'publisher', 'admin')),
  state TEXT NOT NULL CHECK (state IN ('active', 'revoked')),
  password TEXT NOT NULL, totp TEXT NOT NULL, totp_step INTEGER NOT NULL DEFAULT 0,
  oidc TEXT NOT NULL DEFAULT '', created_at TEXT NOT NULL, changed_at TEXT NOT NULL
);
CREATE TABLE invitations (
  hash TEXT PRIMARY KEY, name TEXT NOT NULL, role TEXT NOT NULL, invited_by TEXT NOT NULL,
  made_at TEXT NOT NULL, expires_at TEXT NOT NULL, used_at TEXT NOT NULL DEFAULT ''
);
CREATE TABLE passkeys (
  id TEXT PRIMARY KEY, person INTEGER NOT NULL REFERENCES people(id), public_key BLOB NOT NULL,
  sign_count INTEGER NOT NULL, label TEXT NOT NULL, added_at TEXT NOT NULL,
  used_at TEXT NOT NULL DEFAULT ''
);
CREATE TABLE recovery_codes (
  person INTEGER NOT NULL REFERENCES people(id), hash TEXT NOT NULL,
  used_at TEXT NOT NULL DEFAULT '', PRIMARY KEY (person, hash)
);
CREATE TABLE challenges (
  hash TEXT PRIMARY KEY, what TEXT NOT NULL, person INTEGER, content TEXT NOT NULL,
  expires_at TEXT NOT NULL
);
CREATE TABLE sessions (
  hash TEXT PRIMARY KEY, person INTEGER NOT NULL REFERENCES people(id), csrf TEXT NOT NULL,
  began_at TEXT NOT NULL, seen_at TEXT NOT NULL, expires_at TEXT NOT NULL,
  revoked_at TEXT NOT NULL DEFAULT ''
);
CREATE TABLE tokens (
  hash TEXT PRIMARY KEY, person INTEGER NOT NULL REFERENCES people(id), label TEXT NOT NULL,
  scopes TEXT NOT NULL, made_at TEXT NOT NULL, expires_at TEXT NOT NULL,
  used_at TEXT NOT NULL DEFAULT '', revoked_at TEXT NOT NULL DEFAULT ''
);
CREATE TABLE attempts (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL, origin TEXT NOT NULL, at TEXT NOT NULL,
  good INTEGER NOT NULL
);
CREATE TABLE held_forms (
  hash TEXT PRIMARY KEY, person INTEGER NOT NULL REFERENCES people(id), address TEXT NOT NULL,
  content TEXT NOT NULL, expires_at TEXT NOT NULL
);

CREATE TABLE campaigns (
  id TEXT PRIMARY KEY, title TEXT NOT NULL, question TEXT NOT NULL, measures TEXT NOT NULL,
  first TEXT NOT NULL, last TEXT NOT NULL, state TEXT NOT NULL CHECK (state IN ('open', 'closed')),
  public INTEGER NOT NULL DEFAULT 0, made_by TEXT NOT NULL, made_at TEXT NOT NULL,
  version INTEGER NOT NULL DEFAULT 1
);
CREATE TABLE foi_requests (
  id TEXT PRIMARY KEY, campaign TEXT REFERENCES campaigns(id), body TEXT NOT NULL,
  reference TEXT NOT NULL DEFAULT '', address TEXT NOT NULL DEFAULT '', law TEXT NOT NULL,
  sent_on TEXT NOT NULL DEFAULT '', due_on TEXT NOT NULL DEFAULT '',
  answered_on TEXT NOT NULL DEFAULT '', extended_to TEXT NOT NULL DEFAULT '',
  review_asked_on TEXT NOT NULL DEFAULT '', review_answered_on TEXT NOT NULL DEFAULT '',
  ico_on TEXT NOT NULL DEFAULT '', state TEXT NOT NULL, exemptions TEXT NOT NULL DEFAULT '[]',
  made_by TEXT NOT NULL, made_at TEXT NOT NULL, version INTEGER NOT NULL DEFAULT 1
);
CREATE TABLE foi_events (
  id INTEGER PRIMARY KEY, request TEXT NOT NULL REFERENCES foi_requests(id), kind TEXT NOT NULL,
  on_day TEXT NOT NULL, detail TEXT NOT NULL, actor TEXT NOT NULL, recorded_at TEXT NOT NULL
);

CREATE TABLE uploads (
  id TEXT PRIMARY KEY, person INTEGER NOT NULL REFERENCES people(id), name TEXT NOT NULL,
  bytes INTEGER NOT NULL, sha256 TEXT NOT NULL DEFAULT '', request TEXT NOT NULL DEFAULT '',
  publication TEXT NOT NULL DEFAULT '', began_at TEXT NOT NULL, ended_at TEXT NOT NULL DEFAULT ''
);
CREATE TABLE documents (
  sha256 TEXT PRIMARY KEY, name TEXT NOT NULL, kind TEXT NOT NULL DEFAULT '',
  bytes INTEGER NOT NULL, parent TEXT NOT NULL DEFAULT '', member TEXT NOT NULL DEFAULT '',
  address TEXT NOT NULL DEFAULT '', request TEXT REFERENCES foi_requests(id),
  publication TEXT NOT NULL DEFAULT '',
  state TEXT NOT NULL CHECK (state IN ('received', 'reading', 'ready', 'quarantined', 'rejected')),
  outcome TEXT NOT NULL DEFAULT '', problem TEXT NOT NULL DEFAULT '', walls TEXT NOT NULL DEFAULT '',
  pages INTEGER NOT NULL DEFAULT 0, received_by TEXT NOT NULL, received_at TEXT NOT NULL,
  read_at TEXT NOT NULL DEFAULT '', version INTEGER NOT NULL DEFAULT 1
);
CREATE TABLE jobs (
  id INTEGER PRIMARY KEY, what TEXT NOT NULL, object TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('waiting', 'running', 'done', 'failed')),
  attempt INTEGER NOT NULL DEFAULT 0, worker TEXT NOT NULL DEFAULT '', lease_until TEXT NOT NULL DEFAULT '',
  problem TEXT NOT NULL DEFAULT '', asked_by TEXT NOT NULL, asked_at TEXT NOT NULL,
  ended_at TEXT NOT NULL DEFAULT ''
);
CREATE UNIQUE INDEX jobs_once ON jobs(what, object) WHERE state IN ('waiting', 'running');
CREATE TABLE document_findings (
  document TEXT NOT NULL REFERENCES documents(sha256), kind TEXT NOT NULL, place TEXT NOT NULL,
  count INTEGER NOT NULL, outcome TEXT NOT NULL, PRIMARY KEY (document, kind, place, outcome)
);
CREATE TABLE document_tables (
  id INTEGER PRIMARY KEY, document TEXT NOT NULL REFERENCES documents(sha256),
  number INTEGER NOT NULL, place TEXT NOT NULL, page INTEGER NOT NULL, title TEXT NOT NULL,
  shape TEXT NOT NULL, confidence REAL NOT NULL, doubts TEXT NOT NULL, content TEXT NOT NULL,
  UNIQUE (document, number)
);
CREATE TABLE held_cells (
  table_id INTEGER NOT NULL REFERENCES document_tables(id), "row" INTEGER NOT NULL,
  "column" INTEGER NOT NULL, reason TEXT NOT NULL, text TEXT NOT NULL,
  released_by TEXT NOT NULL DEFAULT '', released_at TEXT NOT NULL DEFAULT '',
  PRIMARY KEY (table_id, "row", "column")
);
CREATE TABLE pages (
  document TEXT NOT NULL REFERENCES documents(sha256), page INTEGER NOT NULL,
  picture TEXT NOT NULL, width INTEGER NOT NULL, height INTEGER NOT NULL, scale REAL NOT NULL,
  PRIMARY KEY (document, page)
);

CREATE TABLE mappings (
  id INTEGER PRIMARY KEY, name TEXT NOT NULL, shape TEXT NOT NULL, content TEXT NOT NULL,
  made_by TEXT NOT NULL, made_at TEXT NOT NULL
);
CREATE TABLE confirmed_names (
  printed TEXT NOT NULL, kind TEXT NOT NULL, code TEXT NOT NULL, actor TEXT NOT NULL,
  recorded_at TEXT NOT NULL, PRIMARY KEY (printed, kind)
);
CREATE TABLE proposals (
  id INTEGER PRIMARY KEY, document TEXT NOT NULL REFERENCES documents(sha256),
  table_id INTEGER REFERENCES document_tables(id), mapping INTEGER REFERENCES mappings(id),
  "row" INTEGER NOT NULL, "column" INTEGER NOT NULL, reference TEXT NOT NULL, page INTEGER NOT NULL,
  box TEXT NOT NULL, measure TEXT NOT NULL, requester TEXT NOT NULL, holder TEXT NOT NULL,
  area TEXT NOT NULL, breakdown TEXT NOT NULL, start TEXT NOT NULL, "end" TEXT NOT NULL,
  period TEXT NOT NULL, printed TEXT NOT NULL, value TEXT, low TEXT, high TEXT,
  status TEXT NOT NULL, exemptions TEXT NOT NULL DEFAULT '[]', note TEXT NOT NULL,
  confidence REAL NOT NULL, doubts TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN
    ('open', 'single', 'agreed', 'disputed', 'asked', 'rejected', 'recorded', 'dropped')),
  blind INTEGER NOT NULL DEFAULT 0, made_by TEXT NOT NULL, made_at TEXT NOT NULL,
  version INTEGER NOT NULL DEFAULT 1,
  UNIQUE (document, table_id, "row", "column", mapping)
);
CREATE TABLE person_readings (
  id INTEGER PRIMARY KEY, proposal INTEGER NOT NULL REFERENCES proposals(id),
  person TEXT NOT NULL, verdict TEXT NOT NULL
    CHECK (verdict IN ('accept', 'amend', 'blind', 'reject', 'ask', 'settle')),
  printed TEXT NOT NULL, value TEXT, low TEXT, high TEXT, status TEXT NOT NULL, note TEXT NOT NULL,
  recorded_at TEXT NOT NULL
);
CREATE TABLE approvals (
  id INTEGER PRIMARY KEY, proposal INTEGER NOT NULL REFERENCES proposals(id), rule TEXT NOT NULL,
  actor TEXT NOT NULL, decided_at TEXT NOT NULL, recorded_at TEXT NOT NULL DEFAULT '',
  observation TEXT NOT NULL DEFAULT ''
);

CREATE TABLE releases (
  id INTEGER PRIMARY KEY, document TEXT NOT NULL REFERENCES documents(sha256),
  what TEXT NOT NULL CHECK (what IN ('figures', 'pictures', 'copy')), copy TEXT NOT NULL DEFAULT '',
  actor TEXT NOT NULL, why TEXT NOT NULL, recorded_at TEXT NOT NULL
);
CREATE TABLE withdrawals (
  id INTEGER PRIMARY KEY, document TEXT NOT NULL REFERENCES documents(sha256),
  actor TEXT NOT NULL, why TEXT NOT NULL, recorded_at TEXT NOT NULL
);
CREATE TABLE reports (
  id INTEGER PRIMARY KEY, address TEXT NOT NULL, text TEXT NOT NULL, received_at TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('open', 'answered', 'closed')), answer TEXT NOT NULL DEFAULT '',
  answered_by TEXT NOT NULL DEFAULT '', answered_at TEXT NOT NULL DEFAULT '',
  version INTEGER NOT NULL DEFAULT 1
);

CREATE INDEX sessions_person ON sessions(person);
CREATE INDEX attempts_name ON attempts(name, at);
CREATE INDEX attempts_origin ON attempts(origin, at);
CREATE INDEX audit_object ON audit(object, id);
CREATE INDEX foi_requests_campaign ON foi_requests(campaign, body);
CREATE INDEX foi_events_request ON foi_events(request, id);
CREATE INDEX documents_state ON documents(state, received_at);
CREATE INDEX documents_request ON documents(request);
CREATE INDEX documents_parent ON documents(parent);
CREATE INDEX jobs_state ON jobs(state, id);
CREATE INDEX document_tables_shape ON document_tables(shape);
CREATE INDEX mappings_shape ON mappings(shape, id);
CREATE INDEX proposals_state ON proposals(state, id);
CREATE INDEX proposals_document ON proposals(document, id);
CREATE INDEX person_readings_proposal ON person_readings(proposal, id);
CREATE INDEX approvals_proposal ON approvals(proposal, id);
