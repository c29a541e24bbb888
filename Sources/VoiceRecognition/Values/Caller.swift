/// Who asks for something, as the audit log keeps it.
package struct Caller: Sendable, Hashable {
  /// The most bytes that are kept of a name.
  package static let maximumBytes = 200

  /// The identity of the caller, or where the call comes from when nobody has asked who that is.
  package let name: String
  /// The tenant that the caller belongs to; empty where there are none.
  package let tenant: String

  /// Who asks for what is being done in this task; nil for what a program does by itself.
  @TaskLocal package static var current: Caller?

  /// A caller; what is too long of a name is cut off.
  package init(_ name: String, tenant: String = "") {
    self.name = Self.bounded(name)
    self.tenant = Self.bounded(tenant)
  }

  /// PostgreSQL takes no U+0000.
  private static func bounded(_ text: String) -> String {
    String(decoding: text.utf8.lazy.filter { $0 != 0 }.prefix(maximumBytes), as: UTF8.self)
  }
}
