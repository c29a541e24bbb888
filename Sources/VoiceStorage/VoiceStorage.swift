// VoiceStorage: to be written.
