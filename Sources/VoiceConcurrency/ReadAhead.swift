/// Elements that are read from a source ahead of whoever takes them, at most so many: a slow taker does not keep the
/// source from saying what it has, and what has been read is given even when the source then breaks.
package enum ReadAhead<Element: Sendable> {
  /// Gives `body` the elements that `read` brings until nil, of which at most `limit` wait; what `read` throws comes
  /// behind the elements that were read before. Reading is cancelled when `body` ends, and has ended on return.
  ///
  /// Neither is cancelled with the caller's task: `read` must end by itself when its source has gone.
  package static func over<Result: Sendable>(
    limit: Int, _ read: @escaping @Sendable () async throws -> Element?,
    _ body: @escaping @Sendable (inout Iterator) async throws -> Result
  ) async throws -> Result {
    let (elements, continuation) = AsyncThrowingStream<Element, any Error>.makeStream()
    let places = AsyncSemaphore(permits: limit)
    let work = Task {
      let reading = Task {
        do {
          while true {
            try await places.acquire()
            guard let element = try await read() else { break }
            continuation.yield(element)
          }
          continuation.finish()
        } catch { continuation.finish(throwing: error) }
      }
      var iterator = Iterator(elements: elements.makeAsyncIterator(), places: places)
      let result: Swift.Result<Result, any Error>
      do { result = .success(try await body(&iterator)) } catch { result = .failure(error) }
      reading.cancel()
      await reading.value
      return try result.get()
    }
    return try await work.value
  }

  /// Takes the elements.
  package struct Iterator {
    fileprivate var elements: AsyncThrowingStream<Element, any Error>.Iterator
    fileprivate let places: AsyncSemaphore

    /// The next element; nil at the end. Throws what reading threw.
    package mutating func next() async throws -> Element? {
      guard let element = try await elements.next() else { return nil }
      places.release()
      return element
    }
  }
}
