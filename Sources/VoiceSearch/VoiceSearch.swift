// VoiceSearch: to be written.
