// VoiceAudio: to be written.
