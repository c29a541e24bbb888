// VoiceConcurrency: to be written.
