"""The tables of builder.db, version by version; a released version is never edited, only followed."""

_GIVEN_BACK = """
    CREATE TABLE given_back (key TEXT PRIMARY KEY, content TEXT NOT NULL) STRICT, WITHOUT ROWID;
    CREATE INDEX given_back_by_content ON given_back (content);
    """

# Gold of before approvals were records rests on none; it is made anew at the next review.
_APPROVAL = """
    CREATE TABLE approval (
        id TEXT PRIMARY KEY, sentence TEXT NOT NULL, contents TEXT NOT NULL, text_sha256 TEXT NOT NULL,
        schema_digest TEXT NOT NULL, approvers TEXT NOT NULL, rule TEXT NOT NULL, at TEXT NOT NULL,
        party INTEGER NOT NULL CHECK (party IN (0, 1))) STRICT;
    CREATE INDEX approval_by_sentence ON approval (sentence);
    DELETE FROM gold;
    """

_LOST_TASK = """
    CREATE TABLE lost_task (
        number INTEGER NOT NULL REFERENCES lost, id INTEGER NOT NULL, sentence TEXT NOT NULL, batch TEXT NOT NULL,
        PRIMARY KEY (number, id, sentence)) STRICT, WITHOUT ROWID;
    CREATE INDEX lost_task_by_sentence ON lost_task (sentence);
    """

_PUBLISHED = """
    CREATE TABLE published (
        number INTEGER PRIMARY KEY, at TEXT NOT NULL, version TEXT NOT NULL, endpoint TEXT NOT NULL,
        repository TEXT NOT NULL, "commit" TEXT NOT NULL, tag TEXT NOT NULL, pull_request TEXT NOT NULL,
        sums TEXT NOT NULL) STRICT;
    """

_LEDGER = """
    CREATE TABLE ledger (
        number INTEGER NOT NULL, document TEXT PRIMARY KEY, "group" TEXT NOT NULL, split TEXT NOT NULL,
        version TEXT NOT NULL, text TEXT NOT NULL, place TEXT NOT NULL) STRICT;
    """

VERSIONS = (
    """
    CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
    CREATE TABLE source (
        sha256 TEXT PRIMARY KEY, path TEXT NOT NULL, size INTEGER NOT NULL CHECK (0 <= size),
        encoding TEXT NOT NULL, media_type TEXT NOT NULL) STRICT;
    CREATE TABLE sighting (
        number INTEGER PRIMARY KEY, path TEXT NOT NULL, sha256 TEXT NOT NULL REFERENCES source) STRICT;
    CREATE INDEX sighting_by_path ON sighting (path, number);
    CREATE TABLE document (
        id TEXT PRIMARY KEY, source TEXT NOT NULL REFERENCES source, article INTEGER NOT NULL,
        language TEXT NOT NULL, title TEXT NOT NULL, text TEXT NOT NULL, offsets TEXT NOT NULL) STRICT;
    CREATE TABLE sentence (
        id TEXT PRIMARY KEY, document TEXT NOT NULL REFERENCES document, number INTEGER NOT NULL,
        start INTEGER NOT NULL, "end" INTEGER NOT NULL, kind TEXT NOT NULL, language TEXT NOT NULL,
        text TEXT NOT NULL, flags TEXT NOT NULL,
        UNIQUE (document, number), CHECK (0 <= start AND start < "end")) STRICT;
    CREATE TABLE prediction (
        sentence TEXT NOT NULL REFERENCES sentence, annotator TEXT NOT NULL, entities TEXT, label TEXT,
        PRIMARY KEY (sentence, annotator)) STRICT;
    CREATE TABLE intent (
        sentence TEXT NOT NULL REFERENCES sentence, batch TEXT NOT NULL, annotator TEXT NOT NULL,
        schema_digest TEXT NOT NULL, PRIMARY KEY (sentence, batch)) STRICT;
    CREATE TABLE task (
        project INTEGER NOT NULL, id INTEGER NOT NULL, sentence TEXT NOT NULL REFERENCES sentence,
        batch TEXT NOT NULL, PRIMARY KEY (project, id, sentence)) STRICT;
    CREATE INDEX task_by_sentence ON task (sentence);
    CREATE TABLE pulled (
        project INTEGER NOT NULL, task INTEGER NOT NULL, stamp TEXT NOT NULL,
        PRIMARY KEY (project, task)) STRICT;
    CREATE TABLE annotation (
        number INTEGER PRIMARY KEY, key TEXT NOT NULL, sentence TEXT NOT NULL,
        author TEXT NOT NULL, content TEXT NOT NULL, deleted INTEGER NOT NULL CHECK (deleted IN (0, 1)),
        body TEXT NOT NULL) STRICT;
    CREATE INDEX annotation_by_key ON annotation (key, number);
    CREATE INDEX annotation_by_sentence ON annotation (sentence);
    CREATE TABLE gold (sentence TEXT PRIMARY KEY REFERENCES sentence, body TEXT NOT NULL) STRICT;
    CREATE TABLE refusal (sentence TEXT PRIMARY KEY REFERENCES sentence, reason TEXT NOT NULL) STRICT;
    CREATE TABLE reject (
        stage TEXT NOT NULL, subject TEXT NOT NULL, code TEXT NOT NULL, reason TEXT NOT NULL,
        PRIMARY KEY (stage, subject)) STRICT;
    CREATE VIEW live AS
        SELECT s.* FROM sentence s JOIN document d ON d.id = s.document
        WHERE d.source IN (
            SELECT g.sha256 FROM sighting g
            WHERE g.number = (SELECT max(number) FROM sighting later WHERE later.path = g.path));
    """,
    """
    ALTER TABLE source ADD COLUMN declared_encoding TEXT NOT NULL DEFAULT '';
    ALTER TABLE source ADD COLUMN named_type TEXT NOT NULL DEFAULT '';
    ALTER TABLE source ADD COLUMN parser TEXT NOT NULL DEFAULT '';
    ALTER TABLE source ADD COLUMN container TEXT NOT NULL DEFAULT '';
    ALTER TABLE document ADD COLUMN record TEXT NOT NULL DEFAULT '';
    ALTER TABLE document ADD COLUMN key TEXT NOT NULL DEFAULT '';
    ALTER TABLE document ADD COLUMN about TEXT NOT NULL DEFAULT '["","","",""]';
    ALTER TABLE document ADD COLUMN flags TEXT NOT NULL DEFAULT '[]';
    CREATE INDEX document_by_key ON document (key) WHERE key <> '';
    CREATE INDEX document_by_source ON document (source);
    ALTER TABLE sentence ADD COLUMN in_quote INTEGER NOT NULL DEFAULT 0 CHECK (in_quote IN (0, 1));
    ALTER TABLE reject ADD COLUMN place TEXT NOT NULL DEFAULT '';
    """,
    """
    CREATE TABLE cluster (
        document TEXT PRIMARY KEY REFERENCES document, cluster TEXT NOT NULL,
        representative INTEGER NOT NULL CHECK (representative IN (0, 1)),
        relation TEXT NOT NULL CHECK (relation IN ('exact', 'near', 'contained')),
        score REAL NOT NULL CHECK (0 <= score AND score <= 1)) STRICT;
    CREATE INDEX cluster_by_name ON cluster (cluster);
    CREATE VIEW hidden AS
        SELECT c.document FROM cluster c WHERE c.representative = 0 AND NOT EXISTS (
            SELECT 1 FROM sentence s WHERE s.document = c.document AND (
                EXISTS (SELECT 1 FROM intent i WHERE i.sentence = s.id)
                OR EXISTS (SELECT 1 FROM task t WHERE t.sentence = s.id)));
    CREATE VIEW offered AS SELECT * FROM live WHERE document NOT IN (SELECT document FROM hidden);
    """,
    """
    CREATE TABLE attempt (path TEXT PRIMARY KEY, since INTEGER NOT NULL, turn INTEGER NOT NULL) STRICT;
    CREATE TABLE reading (
        document TEXT PRIMARY KEY REFERENCES document, source TEXT NOT NULL, turn INTEGER NOT NULL) STRICT;
    INSERT INTO reading SELECT id, source, 0 FROM document;
    CREATE INDEX reading_by_source ON reading (source, turn);
    CREATE TABLE gone (path TEXT PRIMARY KEY, number INTEGER NOT NULL) STRICT;
    DROP VIEW live;
    CREATE VIEW live AS
        SELECT s.* FROM sentence s JOIN reading d ON d.document = s.document
        WHERE d.turn = (SELECT max(turn) FROM reading again WHERE again.source = d.source) AND d.source IN (
            SELECT g.sha256 FROM sighting g
            WHERE g.number = (SELECT max(number) FROM sighting later WHERE later.path = g.path)
            AND NOT EXISTS (SELECT 1 FROM gone WHERE gone.path = g.path AND g.number <= gone.number
                AND NOT EXISTS (SELECT 1 FROM reject r WHERE r.stage = 'ingest' AND r.subject = gone.path)));
    """,
    """
    CREATE TABLE project (id INTEGER PRIMARY KEY, role TEXT NOT NULL) STRICT;
    INSERT INTO project SELECT DISTINCT project, 'review' FROM task;
    ALTER TABLE intent ADD COLUMN role TEXT NOT NULL DEFAULT 'review';
    CREATE TABLE answered (
        number INTEGER NOT NULL REFERENCES annotation, sentence TEXT NOT NULL,
        PRIMARY KEY (number, sentence)) STRICT, WITHOUT ROWID;
    INSERT INTO answered SELECT number, sentence FROM annotation;
    CREATE INDEX answered_by_sentence ON answered (sentence);
    DROP INDEX annotation_by_sentence;
    ALTER TABLE annotation DROP COLUMN sentence;
    ALTER TABLE annotation ADD COLUMN draft INTEGER NOT NULL DEFAULT 0 CHECK (draft IN (0, 1));
    CREATE VIEW answer AS
        SELECT w.sentence, a.* FROM answered w JOIN annotation a ON a.number = w.number WHERE a.draft = 0;
    """,
    """
    DROP VIEW offered;
    DROP VIEW hidden;
    CREATE TABLE new_prediction (
        sentence TEXT NOT NULL, annotator TEXT NOT NULL, entities TEXT, label TEXT,
        PRIMARY KEY (sentence, annotator)) STRICT;
    INSERT INTO new_prediction SELECT * FROM prediction;
    DROP TABLE prediction;
    ALTER TABLE new_prediction RENAME TO prediction;
    CREATE TABLE new_intent (
        sentence TEXT NOT NULL, batch TEXT NOT NULL, annotator TEXT NOT NULL, schema_digest TEXT NOT NULL,
        role TEXT NOT NULL, PRIMARY KEY (sentence, batch)) STRICT;
    INSERT INTO new_intent SELECT * FROM intent;
    DROP TABLE intent;
    ALTER TABLE new_intent RENAME TO intent;
    CREATE TABLE new_task (
        project INTEGER NOT NULL, id INTEGER NOT NULL, sentence TEXT NOT NULL, batch TEXT NOT NULL,
        PRIMARY KEY (project, id, sentence)) STRICT;
    INSERT INTO new_task SELECT * FROM task;
    DROP TABLE task;
    ALTER TABLE new_task RENAME TO task;
    CREATE INDEX task_by_sentence ON task (sentence);
    CREATE VIEW hidden AS
        SELECT c.document FROM cluster c WHERE c.representative = 0 AND NOT EXISTS (
            SELECT 1 FROM sentence s WHERE s.document = c.document AND (
                EXISTS (SELECT 1 FROM intent i WHERE i.sentence = s.id)
                OR EXISTS (SELECT 1 FROM task t WHERE t.sentence = s.id)));
    CREATE VIEW offered AS SELECT * FROM live WHERE document NOT IN (SELECT document FROM hidden);
    """,
    """
    CREATE TABLE lost (number INTEGER PRIMARY KEY, project INTEGER NOT NULL, role TEXT NOT NULL) STRICT;
    ALTER TABLE annotation ADD COLUMN project INTEGER GENERATED ALWAYS AS (
        CAST(substr(key, 1, instr(key, ':') - 1) AS INTEGER)) VIRTUAL;
    CREATE VIEW gone_answer AS
        SELECT a.* FROM annotation a WHERE EXISTS (
            SELECT 1 FROM lost l WHERE l.project = a.project AND a.number < l.number);
    DROP VIEW answer;
    CREATE VIEW answer AS
        SELECT w.sentence, a.* FROM answered w JOIN annotation a ON a.number = w.number
        WHERE a.draft = 0 AND a.number NOT IN (SELECT number FROM gone_answer);
    """,
    """
    CREATE TABLE shown (
        number INTEGER PRIMARY KEY, project INTEGER NOT NULL, task INTEGER NOT NULL, prediction INTEGER NOT NULL,
        batch TEXT NOT NULL, UNIQUE (project, task, prediction)) STRICT;
    """,
    """
    CREATE TABLE schema_seen (
        number INTEGER PRIMARY KEY, project INTEGER NOT NULL, digest TEXT NOT NULL, at TEXT NOT NULL,
        body TEXT NOT NULL) STRICT;
    CREATE TABLE schema_move (
        number INTEGER PRIMARY KEY, source TEXT NOT NULL, target TEXT NOT NULL, body TEXT NOT NULL) STRICT;
    """,
    _GIVEN_BACK,
    _APPROVAL,
    _LOST_TASK,
    _PUBLISHED,
    _LEDGER,
)
