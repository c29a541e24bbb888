// VoiceModels: to be written.
