extension Rule {
  /// Every rule of the package.
  static let all: [Rule] = [
    lineLength, whitespace, fileLength, functionLength, owners, importLevels, foundation, bannedCalls,
    uncheckedSendable, documentation, unfinished, localPaths, protoComments,
  ]
}
