internal import VoicePostgres

/// The steps of the registry's schema.
///
/// Text that is looked up or ordered has collation "C": identifiers are bytes, whatever their script, and the order is
/// the same on every server.
enum Schema {
  static let migrations = [
    PostgresMigration(1, "epochs and their files", epochs),
    PostgresMigration(2, "collections, people, utterances, templates", people),
    PostgresMigration(3, "change log", changes),
    PostgresMigration(4, "voiceprints of several epochs, retained audio", retainedAudio),
    PostgresMigration(5, "promotions", promotions),
    PostgresMigration(6, "data sets and training jobs", training),
    PostgresMigration(7, "provenance of epochs", provenance),
    PostgresMigration(8, "jobs whose epochs are promoted by themselves", autoPromotion),
    PostgresMigration(9, "sealed voiceprints, rotation of the service's keys", sealing),
    PostgresMigration(10, "erasures are written down", erasure),
    PostgresMigration(11, "keys of those who call the gateway", access),
    PostgresMigration(12, "audit log", audit),
  ]

  /// A bundle is written before the epoch that owns it exists, chunk by chunk; weights do not compress.
  private static let epochs = """
    CREATE TABLE epoch_bundles (
      bundle_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      created_at timestamptz NOT NULL DEFAULT now()
    );
    CREATE TABLE epoch_chunks (
      bundle_id bigint NOT NULL REFERENCES epoch_bundles ON DELETE CASCADE,
      file_number bigint NOT NULL,
      chunk_number bigint NOT NULL,
      data bytea NOT NULL,
      PRIMARY KEY (bundle_id, file_number, chunk_number)
    );
    ALTER TABLE epoch_chunks ALTER COLUMN data SET STORAGE EXTERNAL;
    CREATE TABLE epochs (
      epoch_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      name text COLLATE "C" NOT NULL UNIQUE,
      fingerprint text NOT NULL,
      embedding_size bigint NOT NULL,
      manifest text NOT NULL,
      bundle_id bigint NOT NULL UNIQUE REFERENCES epoch_bundles,
      is_default boolean NOT NULL DEFAULT false,
      created_at timestamptz NOT NULL DEFAULT clock_timestamp()
    );
    CREATE UNIQUE INDEX epochs_default ON epochs (is_default) WHERE is_default;
    """

  private static let people = """
    CREATE TABLE collections (
      collection_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      name text COLLATE "C" NOT NULL UNIQUE,
      epoch_id bigint NOT NULL REFERENCES epochs,
      speaker_count bigint NOT NULL DEFAULT 0,
      created_at timestamptz NOT NULL DEFAULT clock_timestamp()
    );
    CREATE TABLE speakers (
      speaker_key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      collection_id bigint NOT NULL REFERENCES collections ON DELETE CASCADE,
      speaker_id text COLLATE "C" NOT NULL,
      display_name text NOT NULL,
      labels jsonb NOT NULL,
      created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      UNIQUE (collection_id, speaker_id)
    );
    CREATE TABLE utterances (
      utterance_id text COLLATE "C" PRIMARY KEY DEFAULT gen_random_uuid()::text,
      ordinal bigint GENERATED ALWAYS AS IDENTITY,
      speaker_key bigint NOT NULL REFERENCES speakers ON DELETE CASCADE,
      epoch_id bigint NOT NULL REFERENCES epochs,
      embedding bytea NOT NULL,
      report jsonb NOT NULL,
      created_at timestamptz NOT NULL DEFAULT clock_timestamp()
    );
    CREATE INDEX utterances_of_speaker ON utterances (speaker_key, ordinal);
    CREATE TABLE templates (
      speaker_key bigint NOT NULL REFERENCES speakers ON DELETE CASCADE,
      epoch_id bigint NOT NULL REFERENCES epochs,
      template bytea NOT NULL,
      PRIMARY KEY (speaker_key, epoch_id)
    );
    CREATE TABLE enrolment_requests (
      collection_id bigint NOT NULL REFERENCES collections ON DELETE CASCADE,
      request_id text COLLATE "C" NOT NULL,
      speaker_id text COLLATE "C" NOT NULL,
      speaker_key bigint REFERENCES speakers ON DELETE CASCADE,
      answer jsonb,
      created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      PRIMARY KEY (collection_id, request_id)
    );
    CREATE INDEX enrolment_requests_of_speaker ON enrolment_requests (speaker_key);
    CREATE INDEX enrolment_requests_by_age ON enrolment_requests (created_at);
    """

  /// The number of a change comes from a row that stays locked until the change is committed: whoever sees number n
  /// sees every smaller one. (A sequence would not do: its numbers become visible in any order.) The incarnation tells
  /// a recreated database from the one that galleries were loaded from.
  private static let changes = """
    CREATE TABLE change_counter (
      only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
      incarnation text NOT NULL DEFAULT gen_random_uuid()::text,
      last_change bigint NOT NULL DEFAULT 0,
      trimmed_to bigint NOT NULL DEFAULT 0
    );
    INSERT INTO change_counter DEFAULT VALUES;
    CREATE TABLE changes (
      sequence bigint PRIMARY KEY,
      collection_id bigint NOT NULL,
      speaker_key bigint
    );
    CREATE INDEX changes_of_collection ON changes (collection_id, sequence);
    """

  /// A content has no sum until it is whole. Nobody needs it who does not refer to it, except a push under way, which
  /// says until when it is to be kept.
  ///
  /// A job's events are numbered by a counter in its row, which stays locked until they are committed: whoever sees
  /// number n sees every smaller one. Whoever has the row's `lease_token` works on the job, everybody before has lost
  /// it.
  private static let training = """
    CREATE TABLE contents (
      content_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      sha256 text COLLATE "C" UNIQUE,
      size_bytes bigint NOT NULL,
      kept_until timestamptz NOT NULL DEFAULT now() + interval '1 day'
    );
    CREATE TABLE content_chunks (
      content_id bigint NOT NULL REFERENCES contents ON DELETE CASCADE,
      chunk_number bigint NOT NULL,
      data bytea NOT NULL,
      PRIMARY KEY (content_id, chunk_number)
    );
    ALTER TABLE content_chunks ALTER COLUMN data SET STORAGE EXTERNAL;
    CREATE TABLE datasets (
      dataset_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      name text COLLATE "C" NOT NULL UNIQUE,
      digest text COLLATE "C" NOT NULL,
      file_count bigint NOT NULL,
      size_bytes bigint NOT NULL,
      lists jsonb NOT NULL,
      created_at timestamptz NOT NULL DEFAULT clock_timestamp()
    );
    CREATE TABLE dataset_files (
      dataset_id bigint NOT NULL REFERENCES datasets ON DELETE CASCADE,
      path text COLLATE "C" NOT NULL,
      content_id bigint NOT NULL REFERENCES contents,
      is_list boolean NOT NULL,
      PRIMARY KEY (dataset_id, path)
    );
    CREATE INDEX dataset_files_of_content ON dataset_files (content_id);
    CREATE TABLE jobs (
      job_key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      job_id text COLLATE "C" NOT NULL GENERATED ALWAYS AS ('job-' || job_key::text) STORED UNIQUE,
      request_id text COLLATE "C" UNIQUE,
      dataset_id bigint REFERENCES datasets ON DELETE SET NULL,
      dataset text COLLATE "C" NOT NULL,
      configuration text NOT NULL,
      augmentation text,
      base_epoch text,
      seed bigint NOT NULL,
      evaluates boolean NOT NULL,
      priority bigint NOT NULL,
      state text COLLATE "C" NOT NULL DEFAULT 'queued',
      is_cancelling boolean NOT NULL DEFAULT false,
      attempts bigint NOT NULL DEFAULT 0,
      worker text NOT NULL DEFAULT '',
      lease_token bigint NOT NULL DEFAULT 0,
      lease_until timestamptz,
      position jsonb,
      best_eer float8,
      candidate_epoch text,
      error text NOT NULL DEFAULT '',
      last_event bigint NOT NULL DEFAULT 0,
      created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      started_at timestamptz,
      ended_at timestamptz
    );
    CREATE INDEX jobs_to_do ON jobs (priority DESC, job_key) WHERE state IN ('queued', 'running');
    CREATE INDEX jobs_of_dataset ON jobs (dataset_id);
    CREATE TABLE job_events (
      job_key bigint NOT NULL REFERENCES jobs ON DELETE CASCADE,
      sequence bigint NOT NULL,
      content jsonb NOT NULL,
      created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      PRIMARY KEY (job_key, sequence)
    );
    CREATE TABLE job_checkpoints (
      job_key bigint NOT NULL REFERENCES jobs ON DELETE CASCADE,
      name text COLLATE "C" NOT NULL,
      is_last boolean NOT NULL,
      is_best boolean NOT NULL,
      PRIMARY KEY (job_key, name)
    );
    CREATE TABLE job_checkpoint_files (
      job_key bigint NOT NULL,
      name text COLLATE "C" NOT NULL,
      file text COLLATE "C" NOT NULL,
      content_id bigint NOT NULL REFERENCES contents,
      PRIMARY KEY (job_key, name, file),
      FOREIGN KEY (job_key, name) REFERENCES job_checkpoints ON DELETE CASCADE
    );
    CREATE INDEX job_checkpoint_files_of_content ON job_checkpoint_files (content_id);
    """
}
