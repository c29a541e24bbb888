extension Schema {
  /// Who may call the gateway. Of a key's secret only a salted hash is kept; a key that was revoked stays, so that a
  /// list tells of it.
  static let access = """
    CREATE TABLE access_keys (
      key_id text COLLATE "C" PRIMARY KEY,
      name text NOT NULL,
      tenant text COLLATE "C",
      scopes text COLLATE "C" NOT NULL,
      salt bytea NOT NULL,
      secret_hash bytea NOT NULL,
      calls_per_second float8,
      call_burst bigint,
      audio_seconds_per_hour float8,
      max_speakers bigint,
      created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
      expires_at timestamptz,
      revoked_at timestamptz,
      last_used_at timestamptz
    );
    """
}
