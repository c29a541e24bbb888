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
}
