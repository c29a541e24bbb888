/// A person whose voice a Debian package holds: telephone prompts, hundreds a voice.
struct DemoVoice: Sendable {
  /// Identifier in the collection.
  let id: String
  /// Name for people.
  let name: String
  /// Folder of the prompts, under that of all sounds.
  let folder: String
  /// Debian's package with the prompts.
  let package: String

  /// Who is enrolled.
  static let enrolled = [
    DemoVoice(
      id: "allison", name: "Allison (English)", folder: "en_US_f_Allison", package: "asterisk-core-sounds-en-wav"),
    DemoVoice(id: "june", name: "June (French)", folder: "fr_CA_f_June", package: "asterisk-core-sounds-fr-wav"),
    DemoVoice(id: "carlo", name: "Carlo (Italian)", folder: "it_IT_m_Carlo", package: "asterisk-core-sounds-it-wav"),
    DemoVoice(
      id: "ivrvoice", name: "Ivrvoice (Russian)", folder: "ru_RU_f_IvrvoiceRU", package: "asterisk-core-sounds-ru-wav"),
  ]
  /// Who is not.
  static let stranger = DemoVoice(
    id: "menardi", name: "Menardi (Italian)", folder: "it_IT_f_Menardi", package: "asterisk-prompt-it-menardi-wav")
}
