// VoiceMessages: to be written.
