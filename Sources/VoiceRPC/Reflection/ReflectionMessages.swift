internal import VoiceMessages

// The two versions of the protocol have the same messages under different names.

extension ReflectionQuestion {
  init(_ request: GRPCReflectionV1.ServerReflectionRequest) {
    self =
      switch request.messageRequest {
      case .listServices: .services
      case .fileByFilename(let name): .file(name)
      case .fileContainingSymbol(let symbol): .fileDeclaring(symbol)
      case .fileContainingExtension(let wanted): .fileExtending(wanted.containingType)
      case .allExtensionNumbersOfType(let type): .extensionNumbers(type)
      case nil: .nothing
      }
  }

  init(_ request: GRPCReflectionV1Alpha.ServerReflectionRequest) {
    self =
      switch request.messageRequest {
      case .listServices: .services
      case .fileByFilename(let name): .file(name)
      case .fileContainingSymbol(let symbol): .fileDeclaring(symbol)
      case .fileContainingExtension(let wanted): .fileExtending(wanted.containingType)
      case .allExtensionNumbersOfType(let type): .extensionNumbers(type)
      case nil: .nothing
      }
  }
}

extension GRPCReflectionV1.ServerReflectionResponse {
  init(_ answer: ReflectionAnswer, to request: GRPCReflectionV1.ServerReflectionRequest) {
    self.init()
    validHost = request.host
    originalRequest = request
    messageResponse =
      switch answer {
      case .services(let names):
        .listServicesResponse(.with { $0.service = names.map { name in .with { $0.name = name } } })
      case .files(let files): .fileDescriptorResponse(.with { $0.fileDescriptorProto = files.map { Bytes($0) } })
      case .extensionNumbers(let type): .allExtensionNumbersResponse(.with { $0.baseTypeName = type })
      case .failure(let code, let reason):
        .errorResponse(
          .with {
            $0.errorCode = code.rawValue
            $0.errorMessage = reason
          })
      }
  }
}

extension GRPCReflectionV1Alpha.ServerReflectionResponse {
  init(_ answer: ReflectionAnswer, to request: GRPCReflectionV1Alpha.ServerReflectionRequest) {
    self.init()
    validHost = request.host
    originalRequest = request
    messageResponse =
      switch answer {
      case .services(let names):
        .listServicesResponse(.with { $0.service = names.map { name in .with { $0.name = name } } })
      case .files(let files): .fileDescriptorResponse(.with { $0.fileDescriptorProto = files.map { Bytes($0) } })
      case .extensionNumbers(let type): .allExtensionNumbersResponse(.with { $0.baseTypeName = type })
      case .failure(let code, let reason):
        .errorResponse(
          .with {
            $0.errorCode = code.rawValue
            $0.errorMessage = reason
          })
      }
  }
}
