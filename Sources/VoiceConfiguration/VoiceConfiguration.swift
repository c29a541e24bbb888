// VoiceConfiguration: to be written.
