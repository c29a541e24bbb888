internal import ArgumentParser
internal import FoundationEssentials
internal import VoiceMessages
internal import VoiceRPC
internal import VoiceRecognition

/// Enrols everyone of a folder: a folder for each person, with recordings in it, as mvector's `audio_db`.
///
/// What was enrolled is kept in labels of the person, written with each enrolment: whoever goes on later, from whatever
/// machine, enrols nothing twice.
struct FolderRegistration: Sendable {
  /// What came of it.
  struct Result: Encodable, Sendable {
    var people = 0
    var recordings = 0
    var thereBefore = 0
    var leftOut: [String] = []

    /// For people.
    var text: String {
      let before = thereBefore > 0 ? ", \(thereBefore) were there already" : ""
      let out = leftOut.isEmpty ? "" : ", \(leftOut.count) were left out"
      return "enrolled \(recordings) recordings of \(people) people\(before)\(out)"
    }
  }

  private struct Person: Sendable {
    let name: String
    let files: [String]
  }

  private static let extensions: Set = ["wav", "flac", "ogg", "oga", "opus", "mp3", "aif", "aiff", "aifc", "au", "caf"]
  private static let peopleAtOnce = 4

  let client: GatewayClient
  let collection: String

  /// Enrols them. Throws when there is nobody, when the gateway fails, and how to go on when it is interrupted.
  func run(_ folder: String) async throws -> Result {
    let people = try Self.people(in: folder)
    let bar = ProgressBar("enrolling", total: people.reduce(0) { $0 + $1.files.count })
    do {
      let result = try await cancelledByInterrupts { try await enrol(people, bar) }
      bar.finish()
      result.leftOut.forEach { Terminal.say("left out: \($0)") }
      return result
    } catch is CancellationError {
      bar.finish()
      Terminal.say("interrupted: the same command goes on")
      throw ExitCode(130)
    }
  }

  private func enrol(_ people: [Person], _ bar: ProgressBar) async throws -> Result {
    try await withThrowingTaskGroup(of: Result.self) { group in
      var (total, rest) = (Result(), people[...])
      for person in rest.prefix(Self.peopleAtOnce) { group.addTask { try await enrol(person, bar) } }
      rest = rest.dropFirst(Self.peopleAtOnce)
      while let part = try await group.next() {
        if let person = rest.popFirst() { group.addTask { try await enrol(person, bar) } }
        total.people += part.people
        total.recordings += part.recordings
        total.thereBefore += part.thereBefore
        total.leftOut += part.leftOut
      }
      total.leftOut.sort()
      return total
    }
  }

  private func enrol(_ person: Person, _ bar: ProgressBar) async throws -> Result {
    var result = Result()
    var known = try await EnrolledClips(labels: labels(of: person.name))
    for file in person.files {
      try Task.checkCancellation()
      let audio = try TypesV1.Audio.file(file)
      let sum = Self.sum(of: audio.content.array)
      if known.contains(sum) {
        result.thereBefore += 1
      } else {
        var with = known
        with.add(sum)
        do {
          try await enrol(audio, of: person.name, sum, labels: with.labels)
          known = with
          result.recordings += 1
        } catch let error as GatewayError where error.code == .invalidArgument {
          result.leftOut.append("\(file): \(error.message)")
        }
      }
      bar.advance()
    }
    if result.recordings > 0 { result.people = 1 }
    return result
  }

  private func enrol(
    _ audio: TypesV1.Audio, of person: String, _ sum: String, labels: [String: String]
  ) async throws {
    _ = try await client.call(
      GatewayClient.Service.enroll,
      .with {
        ($0.collection, $0.speakerId, $0.displayName) = (collection, person, person)
        ($0.audios, $0.labels) = ([audio], labels)
        // The same recording of the same person once, also when an answer was lost.
        $0.requestId = Self.sum(of: Array("\(collection)\n\(person)\n\(sum)".utf8))
      })
  }

  private func labels(of person: String) async throws -> [String: String] {
    do {
      let answer = try await client.call(
        GatewayClient.Service.getSpeaker, .with { ($0.collection, $0.speakerId) = (collection, person) })
      return answer.speaker?.labels ?? [:]
    } catch let error as GatewayError where error.code == .notFound { return [:] }
  }

  private static func sum(of bytes: [UInt8]) -> String {
    var digest = ContentDigest()
    digest.update(bytes)
    return digest.value.value
  }

  private static func people(in folder: String) throws -> [Person] {
    let files = FileManager.default
    func names(_ path: String) throws -> [String] {
      do { return try files.contentsOfDirectory(atPath: path).filter { !$0.hasPrefix(".") }.sorted() } catch {
        throw CommandError("\(path) is no folder that can be read")
      }
    }
    let people = try names(folder).compactMap { name -> Person? in
      var isFolder = false
      let path = "\(folder)/\(name)"
      guard files.fileExists(atPath: path, isDirectory: &isFolder), isFolder else { return nil }
      let clips = try names(path).filter { Self.extensions.contains(URL(filePath: $0).pathExtension.lowercased()) }
      return clips.isEmpty ? nil : Person(name: name, files: clips.map { "\(path)/\($0)" })
    }
    guard !people.isEmpty else {
      throw CommandError("\(folder) has nobody: it must hold a folder for each person, with recordings in it")
    }
    return people
  }
}

/// Which recordings of a person were enrolled from a folder, in labels of the person.
private struct EnrolledClips {
  private static let prefix = "folder_clips_"
  /// Of a sum, in hexadecimal digits: enough to tell the recordings of one person apart.
  private static let digits = 16
  /// A label holds 1024 bytes.
  private static let ofLabel = 60
  private var sums: [String]

  init(labels: [String: String]) {
    sums = labels.filter { $0.key.hasPrefix(Self.prefix) }.values.flatMap { $0.split(separator: " ").map(String.init) }
    sums.sort()
  }

  func contains(_ sum: String) -> Bool { sums.contains(String(sum.prefix(Self.digits))) }

  mutating func add(_ sum: String) { sums.append(String(sum.prefix(Self.digits))) }

  var labels: [String: String] {
    var labels: [String: String] = [:]
    for (number, begin) in stride(from: 0, to: sums.count, by: Self.ofLabel).enumerated() {
      labels[Self.prefix + "\(number)"] = sums[begin..<min(begin + Self.ofLabel, sums.count)].joined(separator: " ")
    }
    return labels
  }
}
