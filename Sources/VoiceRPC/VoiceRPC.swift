// VoiceRPC: to be written.
