extension Schema {
  /// The lease's number grows with every worker that takes a promotion: who has an older one can change nothing.
  static let promotions = """
    CREATE TABLE promotions (
      promotion_key bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      promotion_id text COLLATE "C" NOT NULL UNIQUE DEFAULT gen_random_uuid()::text,
      collection_id bigint NOT NULL REFERENCES collections ON DELETE CASCADE,
      from_epoch bigint NOT NULL REFERENCES epochs,
      to_epoch bigint NOT NULL REFERENCES epochs,
      state text NOT NULL DEFAULT 'STAGING',
      unretained_policy text NOT NULL,
      quorum float8 NOT NULL,
      utterances_per_second float8 NOT NULL,
      retain_seconds float8 NOT NULL,
      utterances_total bigint NOT NULL DEFAULT 0,
      utterances_done bigint NOT NULL DEFAULT 0,
      speakers_without_audio bigint NOT NULL DEFAULT 0,
      error text NOT NULL DEFAULT '',
      rolls_back bigint REFERENCES promotions ON DELETE SET NULL,
      lease_token bigint NOT NULL DEFAULT 0,
      lease_until timestamptz,
      worker text,
      created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      flipped_at timestamptz
    );
    CREATE UNIQUE INDEX promotions_under_way ON promotions (collection_id)
      WHERE state IN ('STAGING', 'REEMBEDDING', 'FLIPPING');
    CREATE INDEX promotions_of_collection ON promotions (collection_id);
    CREATE INDEX utterance_embeddings_of_epoch ON utterance_embeddings (epoch_id);
    """
}
