internal import Glibc

/// Starts `command` in a process group of its own, so that a terminal's Ctrl-C does not reach it, and gives its pid.
///
/// The child begins with default signal handling and none blocked, and inherits no descriptor but the log. The log
/// stays locked (`flock`) for as long as the process, or any that inherited its output, lives: see `LogLock`.
func spawn(_ command: Command) throws(ClusterError) -> pid_t {
  let log = try Descriptor(opening: command.log, O_WRONLY | O_CREAT | O_APPEND)
  try systemCall("\(command.log) belongs to a process that still runs") { flock(log.raw, LOCK_EX | LOCK_NB) }

  var actions = posix_spawn_file_actions_t()
  posix_spawn_file_actions_init(&actions)
  defer { posix_spawn_file_actions_destroy(&actions) }
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0)
  posix_spawn_file_actions_adddup2(&actions, log.raw, STDOUT_FILENO)
  posix_spawn_file_actions_adddup2(&actions, log.raw, STDERR_FILENO)
  for file in openDescriptors() where file > STDERR_FILENO { posix_spawn_file_actions_addclose(&actions, file) }

  var attributes = posix_spawnattr_t()
  posix_spawnattr_init(&attributes)
  defer { posix_spawnattr_destroy(&attributes) }
  var signals = sigset_t()
  sigemptyset(&signals)
  posix_spawnattr_setsigmask(&attributes, &signals)
  sigfillset(&signals)
  posix_spawnattr_setsigdefault(&attributes, &signals)
  posix_spawnattr_setflags(
    &attributes, Int16(POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP))

  var pid = pid_t()
  let status = withCStrings([command.executable] + command.arguments) { arguments in
    guard let environment = command.environment else {
      return posix_spawn(&pid, command.executable, &actions, &attributes, arguments, environ)
    }
    return withCStrings(environment.map { "\($0.key)=\($0.value)" }) { environment in
      posix_spawn(&pid, command.executable, &actions, &attributes, arguments, environment)
    }
  }
  guard status == 0 else {
    throw ClusterError(.missing, "cannot run \(command.executable): \(errnoText(status))")
  }
  return pid
}

/// The descriptors this process has open. (To close one that was closed meanwhile is no error.)
private func openDescriptors() -> [Int32] {
  guard let folder = opendir("/proc/self/fd") else { return [] }
  defer { closedir(folder) }
  var found: [Int32] = []
  while let entry = readdir(folder) {
    let name = withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
    if let number = Int32(name) { found.append(number) }
  }
  return found
}

/// The strings as C wants an argument list: null-terminated pointers, valid inside `body`.
private func withCStrings<Result>(
  _ strings: [String], _ body: (UnsafePointer<UnsafeMutablePointer<CChar>?>) -> Result
) -> Result {
  let copies = strings.map { strdup($0) }
  defer { copies.forEach { free($0) } }
  return (copies + [nil]).withUnsafeBufferPointer { pointers in
    guard let base = pointers.baseAddress else { preconditionFailure("an argument list has at least its end") }
    return body(base)
  }
}
