internal import VoiceConcurrency
internal import VoicePostgres
package import VoiceRecognition
internal import VoiceSearch

extension SpeakerStore {
  /// Searches the gallery in memory, after it has caught up with every change that was committed before.
  package func search(
    _ voiceprint: Voiceprint, in collection: CollectionName, topK: Int
  ) async throws(RecognitionError) -> SearchResult {
    guard 1...SearchResult.maximumTopK ~= topK else {
      throw .invalid("top_k", "must be 1 to \(SearchResult.maximumTopK), not \(topK)")
    }
    let (found, compared) = try await calls.call(.identify, in: collection) { () throws(RecognitionError) in
      let (query, gallery) = try await gallery(for: voiceprint, of: collection)
      return try await nearest(to: query, topK, in: gallery)
    }
    let matches = try found.map { candidate throws(RecognitionError) in
      Match(
        speaker: try SpeakerID(candidate.person.speaker), displayName: candidate.person.displayName,
        score: candidate.score)
    }
    return SearchResult(matches: matches, gallerySize: compared)
  }

  /// The voiceprint at length 1 and the gallery to compare it with.
  private func gallery(
    for voiceprint: Voiceprint, of collection: CollectionName
  ) async throws(RecognitionError) -> ([Float], GallerySearches) {
    while true {
      let (row, now) = try await database.read { try CollectionRow.findNow(collection, $0) }
      let query = try row.normalised(voiceprint)
      if let gallery = try await galleries.gallery(of: row, upTo: now) { return (query, gallery) }
      // The collection was deleted or got another epoch just now: the next look tells which.
    }
  }

  /// Scores one person by the template in the database.
  package func verify(
    _ voiceprint: Voiceprint, as speaker: SpeakerID, in collection: CollectionName
  ) async throws(RecognitionError) -> Match {
    try await calls.call(.verify, in: collection, of: speaker) { () throws(RecognitionError) in
      try await score(voiceprint, speaker, collection)
    }
  }

  private func score(
    _ voiceprint: Voiceprint, _ speaker: SpeakerID, _ collection: CollectionName
  ) async throws(RecognitionError) -> Match {
    try await database.read { [vault] connection in
      let row = try CollectionRow.find(collection, connection)
      let query = try row.normalised(voiceprint)
      let found = try connection.query(
        """
        SELECT s.display_name, s.speaker_key, s.speaker_id, \(TemplateReader.columns)
        FROM speakers s LEFT JOIN templates t ON t.speaker_key = s.speaker_key AND t.epoch_id = $3
        \(TemplateReader.join)
        WHERE s.collection_id = $1 AND s.speaker_id = $2
        """, [.int(row.id), .text(speaker.value), .int(row.epochID)])
      guard let person = found.first else { throw RecognitionError.missing("speaker", speaker.value) }
      guard !person.isNull(3) else { throw RecognitionError.needsReenrollment(speaker, row.epoch) }
      let reader = TemplateReader(
        vault: vault, collection: row.id, epoch: row.epochID, dimension: row.embeddingSize)
      let template = try reader.read(person, 3, of: person.int(1), person.text(2))
      return Match(speaker: speaker, displayName: try person.text(0), score: cosine(query, template))
    }
  }

  /// Searches together with whoever else waits for a thread.
  private func nearest(
    to query: [Float], _ count: Int, in searches: GallerySearches
  ) async throws(RecognitionError) -> GallerySearches.Found {
    let search = searches.add(Gallery.Query(query, count: count))
    do {
      do { try await compute.run { _ in searches.serve() } } catch {
        // Another thread may be at it already: then its answer is near.
        if searches.withdraw(search) { throw error }
      }
      return try await search.found()
    } catch { throw StorageError.domain(error) }
  }
}
