/// How a telephone line stands for samples, under the names that configurations have for it.
package enum TelephoneCode: String, Sendable, Hashable, CaseIterable {
  /// ITU-T G.711 as in North America and Japan.
  case muLaw = "mu-law"
  /// ITU-T G.711 as elsewhere; it has no level 0, so silence becomes the smallest step above it.
  case aLaw = "a-law"
  /// The mobile telephones of the nineties: GSM 06.10 full rate, 13 kbit/s.
  case gsm

  /// What arrives of samples at 8 kHz; as many as were sent.
  ///
  /// Throws `badArgument` where libsndfile was built without GSM.
  func carry(_ samples: [Int16]) throws(AudioError) -> [Int16] {
    switch self {
    case .muLaw: samples.map { G711.muLaw.decode(G711.muLaw.encode($0)) }
    case .aLaw: samples.map { G711.aLaw.decode(G711.aLaw.encode($0)) }
    case .gsm: try GSMFullRate.decode(GSMFullRate.encode(samples), count: samples.count)
    }
  }
}
