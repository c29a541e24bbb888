// VoiceServiceKit: to be written.
