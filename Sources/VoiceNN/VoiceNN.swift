// VoiceNN: to be written.
