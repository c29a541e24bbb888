// VoicePostgres: to be written.
