/// What the owner of a key may do. None of them includes another.
package enum AccessScope: String, Sendable, Hashable, CaseIterable {
  /// Compare voices and recognise people.
  case recognize
  /// Enrol people, look at who is enrolled, and delete them.
  case enroll
  /// Push data sets and train networks.
  case train
  /// Publish networks and promote collections to them.
  case promote
  /// Make and delete collections, and hear retained recordings.
  case admin
}
