extension Schema {
  /// An utterance has a voiceprint of each epoch that its collection has or is about to have. Sealed audio does not
  /// compress. The key of a person goes with the person, and with it the sense of all that was sealed under it.
  static let retainedAudio = """
    CREATE TABLE utterance_embeddings (
      utterance_id text COLLATE "C" NOT NULL REFERENCES utterances ON DELETE CASCADE,
      epoch_id bigint NOT NULL REFERENCES epochs,
      embedding bytea NOT NULL,
      PRIMARY KEY (utterance_id, epoch_id)
    );
    INSERT INTO utterance_embeddings SELECT utterance_id, epoch_id, embedding FROM utterances;
    ALTER TABLE utterances DROP COLUMN epoch_id, DROP COLUMN embedding;
    ALTER TABLE collections ADD COLUMN retain_audio text NOT NULL DEFAULT 'none'
      CHECK (retain_audio IN ('none', 'encrypted'));
    CREATE TABLE speaker_secrets (
      speaker_key bigint PRIMARY KEY REFERENCES speakers ON DELETE CASCADE,
      wrapped_key bytea NOT NULL,
      service_key_id text NOT NULL
    );
    CREATE TABLE utterance_audio (
      utterance_id text COLLATE "C" PRIMARY KEY REFERENCES utterances ON DELETE CASCADE,
      sealed bytea NOT NULL,
      size_bytes bigint NOT NULL,
      encoding text NOT NULL,
      sample_rate bigint NOT NULL,
      channels bigint NOT NULL
    );
    ALTER TABLE utterance_audio ALTER COLUMN sealed SET STORAGE EXTERNAL;
    """
}
