// VoiceEvaluation: to be written.
