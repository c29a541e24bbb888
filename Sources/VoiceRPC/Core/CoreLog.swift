internal import CGRPC
internal import Logging

/// Sends what the core logs to swift-log, under the label "grpc" and at the core's own level.
enum CoreLog {
  private static let logger = Logger(label: "grpc")

  static func install() {
    gpr_set_log_function { record in
      guard let record = record?.pointee, let message = record.message else { return }
      CoreLog.logger.log(
        level: CoreLog.level(ofSeverity: Int(record.severity.rawValue)),
        "\(String(cString: message))",
        metadata: ["at": "\(CoreLog.fileName(record.file)):\(record.line)"])
    }
  }

  /// The core has three severities: debug, info, error.
  static func level(ofSeverity severity: Int) -> Logger.Level {
    switch severity {
    case Int(GPR_LOG_SEVERITY_ERROR.rawValue): .error
    case Int(GPR_LOG_SEVERITY_INFO.rawValue): .info
    default: .debug
    }
  }

  private static func fileName(_ path: UnsafePointer<CChar>?) -> Substring {
    guard let path else { return "?" }
    let whole = String(cString: path)
    return whole.split(separator: "/").last ?? "?"
  }
}
