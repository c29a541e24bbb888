// VoiceRecognition: to be written.
