internal import Hummingbird
internal import VoiceMessages
internal import VoiceServiceKit

/// The data sets that networks are trained on.
struct Datasets: Sendable {
  let upstreams: ConsoleUpstreams

  func add(to routes: Routes) {
    routes.on(.get, "datasets") { _ in
      var (datasets, request): ([DatasetAnswer], TrainerV1.ListDatasetsRequest) = ([], .init())
      request.pageSize = 1000
      repeat {
        let page = try await upstreams.trainer.call(TrainerV1.TrainerService.listDatasets, request)
        datasets += page.datasets.map(DatasetAnswer.init)
        request.pageToken = page.nextPageToken
      } while !request.pageToken.isEmpty
      return Response(json: ["datasets": datasets])
    }
  }
}

struct DatasetAnswer: Encodable, Sendable {
  struct List: Encodable, Sendable {
    let path: String
    let clips: UInt64
    let labels: UInt64
  }

  let name: String
  let digest: String
  let fileCount: UInt64
  let sizeBytes: UInt64
  let lists: [List]
  let createTime: String?

  init(_ message: TrainerV1.Dataset) {
    (name, digest) = (message.name, message.digest)
    (fileCount, sizeBytes) = (message.fileCount, message.sizeBytes)
    lists = message.lists.map { List(path: $0.path, clips: $0.clips, labels: $0.labels) }
    createTime = message.createTime?.text
  }
}
