import FoundationEssentials
import Synchronization
import TestSupport
import Testing
import VoiceConcurrency
import VoiceConfiguration
import VoiceTensor

@testable import VoiceTraining

@Suite("Training by several ranks")
struct ParallelTrainingTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try BuzzCorpus.make()
    // 23 clips: the last batch of eight is dealt out unevenly.
    let list = try String(contentsOfFile: folder.file("train.txt"), encoding: .utf8)
    _ = try folder.write(list.split(separator: "\n").dropLast().map { $0 + "\n" }.joined().utf8, to: "train.txt")
  }

  private func experiment(batchSize: Int) throws -> ExperimentConfiguration {
    // Small steps, and not of Adam: it makes steps of full length of gradients that are nothing but rounding.
    var experiment = try BuzzCorpus.experiment()
    experiment.optimizer.name = .sgd
    experiment.optimizer.learningRate = 5e-5
    experiment.optimizer.scheduler = .step(period: 5, factor: 0.5)
    experiment.dataset.loader.batchSize = batchSize
    experiment.dataset.loader.dropLast = false
    return experiment
  }

  private func options(_ save: String) throws -> Trainer.Options {
    var options = Trainer.Options(
      root: folder.path, savePath: folder.file(save), augmentation: try BuzzCorpus.experiment().dataset.augmentation)
    options.sharesNormStatistics = true
    options.threads = 1
    return options
  }

  /// Trains on a thread for each rank; gives how each ended and what it told.
  private func train(
    _ group: [ThreadRank], _ options: Trainer.Options, cancelAfter batches: Int = .max
  ) async throws -> [(Result<Trainer.Outcome, any Error>, [TrainingEvent])] {
    let experiment = try experiment(batchSize: 8 / group.count)
    return await withTaskGroup(of: (Int, Result<Trainer.Outcome, any Error>, [TrainingEvent]).self) { tasks in
      for rank in group {
        var options = options
        (options.group, options.lastStep) = (rank, LastWholeStep())
        tasks.addTask { [options] in
          do {
            let (outcome, events) = try await BuzzCorpus.train(experiment, options, cancelAfter: batches)
            return (rank.rank, .success(outcome), events)
          } catch { return (rank.rank, .failure(error), []) }
        }
      }
      var results: [Int: (Result<Trainer.Outcome, any Error>, [TrainingEvent])] = [:]
      for await (rank, outcome, events) in tasks { results[rank] = (outcome, events) }
      return group.indices.compactMap { results[$0] }
    }
  }

  private func last(_ save: String) throws -> CheckpointFolder.Content {
    try CheckpointFolder.read(folder.file("\(save)/TDNN_Fbank/last_model"))
  }

  @Test("Two ranks with half the batch each learn what one process does, with shared norms, to float noise")
  func equalsOneProcess() async throws {
    let one = try await BuzzCorpus.train(try experiment(batchSize: 8), try options("one")).1
    let two = try await train(ThreadRank.group(2), try options("two"))
    let (whole, parts) = (try last("one"), try last("two"))
    #expect(whole.state.step == 9 && parts.state.step == 9 && parts.state.ranks == 2)
    #expect(whole.parameters.keys == parts.parameters.keys)
    for (key, value) in whole.parameters {
      let other = try #require(parts.parameters[key])
      let scale = value.values.map(abs).max() ?? 0
      let difference = zip(value.values, other.values).map { abs($0 - $1) }.max() ?? 0
      #expect(difference <= 1e-5 * max(scale, 0.1), "\(key): differs by \(difference), largest \(scale)")
    }
    func losses(_ events: [TrainingEvent]) -> [Double] {
      events.compactMap { if case .progress(let line) = $0 { line.loss } else { nil } }
    }
    #expect(losses(one).count == 6)
    for (a, b) in zip(losses(one), losses(two[0].1)) { #expect(abs(a - b) < 1e-4 * a) }
  }

  @Test("Rank 0 alone tells and writes, and all end alike; norms of their own give another network")
  func firstRank() async throws {
    var options = try options("own")
    options.sharesNormStatistics = false
    let results = try await train(ThreadRank.group(2), options)
    guard case .success(.finished(let first?)) = results[0].0, case .success(.finished(let second?)) = results[1].0
    else { Issue.record("\(results.map(\.0))"); return }
    #expect(first == second && !results[0].1.isEmpty && results[1].1.isEmpty)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.file("own/TDNN_Fbank")).count == 5)
    _ = try await BuzzCorpus.train(try experiment(batchSize: 8), try self.options("one"))
    let key = "0.bn1.running_var"
    let (own, shared) = (try #require(last("own").parameters[key]), try #require(last("one").parameters[key]))
    #expect(zip(own.values, shared.values).contains { abs($0 - $1) > 1e-3 * $1 })
  }

  @Test("A rank lost in a step ends the others; rank 0 saves the last whole step, which goes on as if undisturbed",
    arguments: [2, 4], [true, false])
  func lostRank(steps: Int, sharesNorms: Bool) async throws {
    var options = try options("cut")
    options.sharesNormStatistics = sharesNorms
    let results = try await train(ThreadRank.group(2, lifetime: steps), options)
    for (result, _) in results {
      let error = #expect(throws: TrainingError.self) { try result.get() }
      #expect(error?.code == .lostRank)
    }
    #expect(try last("cut").state.step == steps)
    options.savePath = folder.file("whole")
    _ = try await train(ThreadRank.group(2), options, cancelAfter: steps)
    #expect(try last("cut").parameters == last("whole").parameters)
    for save in ["cut", "whole"] {
      options.savePath = folder.file(save)
      _ = try await train(ThreadRank.group(2), options)
    }
    #expect(try last("cut").state.step == 9 && last("cut").parameters == last("whole").parameters)
    #expect(try last("cut").optimizer == last("whole").optimizer)
  }

  @Test("When one rank is told to end, all do after the same batch")
  func cancels() async throws {
    let results = try await train(ThreadRank.group(2), try options("cancelled"), cancelAfter: 1)
    for (result, _) in results {
      guard case .success(.cancelled(let path)) = result else { Issue.record("\(result)"); return }
      #expect(FileManager.default.fileExists(atPath: "\(path)/model.state"))
    }
  }

  @Test("Ranks that have read different things, or other numbers of ranks than before, are refused")
  func refuses() async throws {
    let group = ThreadRank.group(2)
    let small = try experiment(batchSize: 2), large = try experiment(batchSize: 4)
    let base = try options("x")
    let error = await #expect(throws: TrainingError.self) {
      async let first = onThread {
        var options = base
        options.group = group[0]
        #expect(throws: TrainingError.self) { try Trainer(small, options) { _ in } }
      }
      async let second = onThread {
        var options = base
        options.group = group[1]
        defer { group[1].leave() }
        _ = try Trainer(large, options) { _ in }
      }
      _ = try await (second, first)
    }
    #expect(error?.message.contains("rank 1 has read another list or configuration") == true)
    _ = try await train(ThreadRank.group(2), base, cancelAfter: 1)
    let alone = #expect(throws: TrainingError.self) { try Trainer(large, base) { _ in } }
    #expect(alone?.message.contains("begun with 2 ranks, not 1") == true)
  }
}
