internal import Hummingbird
internal import VoiceRecognition

/// Signing in and out.
struct SignIn: Sendable {
  let gate: LoginGate
  let streams: LiveStreams

  func add(to routes: Routes) {
    routes.on(.get, "session", isQuick: true, isOpen: true) { call in
      let visitor = Session(call.request).flatMap { gate.sessions?.visitor($0) }
      return Response(json: SessionAnswer(visitor, isRequired: gate.sessions != nil))
    }
    routes.on(.post, "session", isOpen: true) { call in
      try await call.with(SignInBody.self) { body in
        guard let sessions = gate.sessions else {
          throw RecognitionError(
            .failedPrecondition, reason: "NO_LOGIN", "nobody signs in at this console: login.required is false")
        }
        let visitor = try await sessions.open(key: body.key)
        var response = Response(json: SessionAnswer(visitor, isRequired: true), status: .created)
        response.headers[.setCookie] = visitor.session.field(for: call.request, hasTLS: gate.hasTLS)
        return response
      }
    }
    routes.on(.delete, "session", isQuick: true, isOpen: true) { call in
      if let session = Session(call.request), let sessions = gate.sessions {
        sessions.end(session)
        await streams.cancel(of: session)
      }
      var response = Response(status: .noContent)
      response.headers[.setCookie] = Session.forgetting
      return response
    }
  }
}

/// What somebody signs in with: an API key or a JSON Web Token.
struct SignInBody: JSONBody {
  enum CodingKeys: String, CodingKey, CaseIterable { case key }
  let key: String
}

/// Who is signed in.
struct SessionAnswer: Encodable, Sendable {
  let isRequired: Bool
  let isSignedIn: Bool
  let name: String?
  let tenant: String?
  let scopes: [String]?

  init(_ visitor: Visitor?, isRequired: Bool) {
    (self.isRequired, isSignedIn) = (isRequired, visitor != nil)
    name = visitor?.rights.name
    tenant = visitor?.rights.tenant.orNil
    scopes = visitor?.rights.scopes.map(\.rawValue).sorted()
  }
}
