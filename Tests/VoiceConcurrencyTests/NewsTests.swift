import Synchronization
import Testing
import VoiceConcurrency

@Suite struct NewsTests {
  @Test("A look that failed is repeated without news; news that came meanwhile count once", .timeLimit(.minutes(1)))
  func looksAgain() async throws {
    let news = News()
    let looks = Mutex(0)
    let isDone = try await news.looks(again: .milliseconds(1)) {
      let count = looks.withLock { count in
        count += 1
        return count
      }
      switch count {
      case 1:
        news.publish()
        return .failed
      case 2, 3: return .failed
      case 4: return .upToDate  // the news of the first look brings the fifth
      default: return .done
      }
    }
    #expect(isDone && looks.withLock { $0 } == 5)
  }

  @Test("Looks end with the news, also while what is looked at is away", .timeLimit(.minutes(1)))
  func looksEnd() async throws {
    let news = News()
    let isDone = try await news.looks(again: .milliseconds(1)) {
      news.finish()
      return .failed
    }
    #expect(!isDone && news.isFinished)
    #expect(try await news.looks { .done } == false)
  }
}
