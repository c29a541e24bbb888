internal import ArgumentParser
internal import VoiceConfiguration
internal import VoiceMessages

/// `voiceprint dataset`: what networks are trained on.
struct DatasetCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dataset", abstract: "Push, list and delete the trainer's data sets.",
    subcommands: [Push.self, List.self, Delete.self])

  struct Push: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Send lists and their clips to the trainer.",
      discussion: """
        What the trainer has already is not sent again, also after a push that broke off. The data set is there when \
        the command has succeeded, and nothing of it before.
        """)

    @OptionGroup var options: TrainerOptions
    @Argument(help: "Name of the data set.") var name: String
    @Option(help: ArgumentHelp("The folder that all paths start from.", valueName: "DIR"))
    var root = "."
    @Option(help: ArgumentHelp("A list, by its path from --root. May be repeated.", valueName: "L"))
    var list: [String] = []
    @Option(
      name: .customLong("with"),
      help: ArgumentHelp("A folder that goes too, as one of noises, by its path from --root. May be repeated.",
        valueName: "DIR"))
    var folders: [String] = []
    @OptionGroup var configs: ConfigsOption
    @Flag(help: "Print the data set as JSON.") var json = false

    func run() async throws {
      let (pushed, sent) = try await cancelledByInterrupts {
        try await reporting {
          let pack = try DatasetPack(root: root, lists: try lists(), folders: folders)
          Terminal.say("\(pack.files.count) files, \(pack.sizeBytes) bytes")
          return try await DatasetPusher(client: try options.client()).push(pack, as: name)
        }
      }
      let dataset = pushed.dataset ?? .init()
      if json { return try printJSON(DatasetLine(dataset)) }
      print(
        "\(dataset.name) \(pushed.created ? "pushed" : "was there already"): \(dataset.fileCount) files, "
          + "\(dataset.sizeBytes) bytes, \(sent) of them sent")
    }

    /// Those that are named, and those of the experiment.
    private func lists() throws -> [String] {
      var lists = list
      if let experiment = try configs.load() {
        let dataset = experiment.dataset
        lists += [dataset.trainList, dataset.enrollList, dataset.trialsList].compactMap(\.self)
      }
      guard !lists.isEmpty else { throw CommandError("name the lists: --list, or an experiment's --configs") }
      return lists
    }
  }

  struct List: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "List the data sets.")
    @OptionGroup var options: TrainerOptions
    @Flag(help: "Print JSON.") var json = false

    func run() async throws {
      let client = try options.client()
      var (found, token): ([DatasetLine], String) = ([], "")
      repeat {
        let page = try await client.call(
          TrainerClient.Service.listDatasets, .with { ($0.pageSize, $0.pageToken) = (1000, token) })
        found += page.datasets.map(DatasetLine.init)
        token = page.nextPageToken
      } while !token.isEmpty
      if json { return try printJSON(found) }
      var table = TextTable("data set", "files", "bytes", "lists")
      for line in found {
        table.add(
          line.name, "\(line.files)", "\(line.bytes)",
          line.lists.map { "\($0.path) (\($0.clips) clips, \($0.labels) labels)" }.joined(separator: ", "))
      }
      print(table.text)
    }
  }

  struct Delete: AsyncParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Delete a data set that no job needs any more.")
    @OptionGroup var options: TrainerOptions
    @Argument(help: "Name of the data set.") var name: String

    func run() async throws {
      _ = try await options.client().call(TrainerClient.Service.deleteDataset, .with { $0.name = name })
      print("\(name) deleted")
    }
  }
}

/// A data set as it is printed.
private struct DatasetLine: Encodable {
  struct List: Encodable {
    let path: String
    let clips: UInt64
    let labels: UInt64
  }
  let name: String
  let digest: String
  let files: UInt64
  let bytes: UInt64
  let lists: [List]

  init(_ message: TrainerV1.Dataset) {
    (name, digest, files, bytes) = (message.name, message.digest, message.fileCount, message.sizeBytes)
    lists = message.lists.map { List(path: $0.path, clips: $0.clips, labels: $0.labels) }
  }
}
