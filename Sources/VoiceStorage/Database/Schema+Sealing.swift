extension Schema {
  /// The service's key that data keys are wrapped with, from the first that was ever wrapped on. What binds a wrapped
  /// key is told for each: programs of before this step go on writing the older binding.
  static let sealing = """
    CREATE TABLE vault (
      only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
      current_key text
    );
    INSERT INTO vault DEFAULT VALUES;
    ALTER TABLE speaker_secrets ADD COLUMN binding bigint NOT NULL DEFAULT 1;
    """
}
