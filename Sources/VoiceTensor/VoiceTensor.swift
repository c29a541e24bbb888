// VoiceTensor: to be written.
