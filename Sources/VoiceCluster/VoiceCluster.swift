// VoiceCluster: to be written.
