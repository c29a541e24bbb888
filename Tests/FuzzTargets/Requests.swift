internal import VoiceMessages

/// What servers unpack. A test compares the list with the protos' requests.
enum Requests {
  static let all: [any Message.Type] = [
    GRPCHealthV1.HealthCheckRequest.self, GRPCReflectionV1.ServerReflectionRequest.self,
    GRPCReflectionV1.ExtensionRequest.self, GRPCReflectionV1Alpha.ServerReflectionRequest.self,
    GRPCReflectionV1Alpha.ExtensionRequest.self, OTLPCollectorTraceV1.ExportTraceServiceRequest.self,
    EmbeddingV1.EmbedRequest.self, EmbeddingV1.ListEpochsRequest.self, EmbeddingV1.WatchEpochsRequest.self,
    FeatureV1.ExtractRequest.self, FeatureV1.ExtractBatchRequest.self, FeatureV1.ExtractStreamRequest.self,
    GatewayV1.EmbedRequest.self, GatewayV1.ContrastRequest.self, GatewayV1.EnrollRequest.self,
    GatewayV1.VerifyRequest.self, GatewayV1.IdentifyRequest.self, GatewayV1.IdentifyStreamRequest.self,
    GatewayV1.GetSpeakerRequest.self, GatewayV1.ListSpeakersRequest.self, GatewayV1.DeleteSpeakerRequest.self,
    GatewayV1.DeleteUtteranceRequest.self, GatewayV1.GetRecordingRequest.self, GatewayV1.CreateCollectionRequest.self,
    GatewayV1.GetCollectionRequest.self, GatewayV1.ListCollectionsRequest.self,
    GatewayV1.DeleteCollectionRequest.self, RegistryV1.GetKeyRequest.self, RegistryV1.MarkKeyUsedRequest.self,
    RegistryV1.PublishEpochRequest.self, RegistryV1.FetchEpochRequest.self, RegistryV1.GetEpochRequest.self,
    RegistryV1.ListEpochsRequest.self, RegistryV1.WatchEpochsRequest.self, RegistryV1.StartPromotionRequest.self,
    RegistryV1.GetPromotionRequest.self, RegistryV1.ListPromotionsRequest.self, RegistryV1.WatchPromotionRequest.self,
    RegistryV1.CancelPromotionRequest.self, RegistryV1.RollbackRequest.self,
    RegistryV1.ListSpeakersWithoutAudioRequest.self, RegistryV1.CreateCollectionRequest.self,
    RegistryV1.GetCollectionRequest.self, RegistryV1.ListCollectionsRequest.self,
    RegistryV1.DeleteCollectionRequest.self, RegistryV1.EnrollRequest.self, RegistryV1.GetSpeakerRequest.self,
    RegistryV1.ListSpeakersRequest.self, RegistryV1.DeleteSpeakerRequest.self, RegistryV1.DeleteUtteranceRequest.self,
    RegistryV1.GetRecordingRequest.self, RegistryV1.SearchRequest.self, RegistryV1.VerifyRequest.self,
    TrainerV1.FindMissingContentsRequest.self, TrainerV1.PushDatasetRequest.self, TrainerV1.ListDatasetsRequest.self,
    TrainerV1.DeleteDatasetRequest.self, TrainerV1.SubmitJobRequest.self, TrainerV1.GetJobRequest.self,
    TrainerV1.ListJobsRequest.self, TrainerV1.CancelJobRequest.self, TrainerV1.WatchJobRequest.self,
    TrainerV1.EvaluateRequest.self,
  ]
}
