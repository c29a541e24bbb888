internal import Crypto
internal import FoundationEssentials
internal import Hummingbird
internal import VoiceRecognition

/// The files of the page, read once: a request's path is looked up and never made part of a path on disk.
struct StaticFiles: Sendable {
  /// A file as it is sent.
  struct File: Sendable {
    let content: ByteBuffer
    let type: String
    /// Of the content, so that it changes when that does.
    let tag: String

    init(_ data: Data, name: String) {
      content = ByteBuffer(bytes: data)
      type = MediaTypes.type(of: name)
      let digits = SHA256.hash(data: data).map { byte in (byte < 16 ? "0" : "") + String(byte, radix: 16) }
      tag = "\"\(digits.joined())\""
    }
  }

  private var files: [String: File] = [:]

  /// What is served: `/` and `/assets/…` of the folder. Throws the system's error for what cannot be read.
  init(folder: String) throws {
    let page = File(try Data(contentsOf: URL(filePath: "\(folder)/index.html")), name: "index.html")
    (files["/"], files["/index.html"]) = (page, page)
    try add("\(folder)/assets", as: "/assets")
  }

  /// The paths, in order.
  var paths: [String] { files.keys.sorted() }

  private mutating func add(_ folder: String, as path: String) throws {
    for name in try FileManager.default.contentsOfDirectory(atPath: folder) where !name.hasPrefix(".") {
      var isFolder = false
      guard FileManager.default.fileExists(atPath: "\(folder)/\(name)", isDirectory: &isFolder) else { continue }
      if isFolder {
        try add("\(folder)/\(name)", as: "\(path)/\(name)")
      } else {
        files["\(path)/\(name)"] = File(try Data(contentsOf: URL(filePath: "\(folder)/\(name)")), name: name)
      }
    }
  }

  /// The answer to GET or HEAD. Throws `notFound`.
  func answer(_ request: Request) throws(RecognitionError) -> Response {
    guard let file = files[request.uri.path] else {
      throw RecognitionError(.notFound, reason: "NO_SUCH_PATH", "there is nothing under this path")
    }
    return file.answer(request)
  }
}

extension StaticFiles.File {
  /// The answer to GET or HEAD: the file, or that it is still the one that the client has.
  func answer(_ request: Request) -> Response {
    let headers: HTTPFields = [.contentType: type, .cacheControl: "no-cache", .eTag: tag]
    if Self.matches(request.headers[values: .ifNoneMatch], tag) {
      return Response(status: .notModified, headers: headers)
    }
    let response = Response(status: .ok, headers: headers, body: .init(byteBuffer: content))
    return request.method == .head ? response.createHeadResponse() : response
  }

  /// Whether `If-None-Match` names the tag, as one that is strong or weak.
  static func matches(_ values: [String], _ tag: String) -> Bool {
    values.flatMap { $0.split(separator: ",") }.contains { value in
      var name = value.drop { $0 == " " }
      while name.last == " " { name.removeLast() }
      return name == "*" || name == tag || name == "W/\(tag)"
    }
  }
}

/// What files are, by the ends of their names.
enum MediaTypes {
  private static let types = [
    "html": "text/html; charset=utf-8", "js": "text/javascript; charset=utf-8", "mjs": "text/javascript; charset=utf-8",
    "css": "text/css; charset=utf-8", "json": "application/json", "svg": "image/svg+xml", "png": "image/png",
    "jpg": "image/jpeg", "ico": "image/x-icon", "webp": "image/webp", "woff2": "font/woff2", "wasm": "application/wasm",
    "wav": "audio/wav", "flac": "audio/flac", "mp3": "audio/mpeg", "yaml": "application/yaml",
    "txt": "text/plain; charset=utf-8", "md": "text/markdown; charset=utf-8",
    "webmanifest": "application/manifest+json",
  ]

  static func type(of name: String) -> String {
    let end = name.split(separator: ".").last.map(String.init) ?? ""
    return types[end.lowercased()] ?? "application/octet-stream"
  }
}
