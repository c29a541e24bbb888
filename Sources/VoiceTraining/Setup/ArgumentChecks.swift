internal import VoiceAudio
package import VoiceConfiguration
internal import VoiceModels

extension ExperimentConfiguration {
  /// Reads a file and lets front-end and network check their arguments, so that everything that is wrong is told at
  /// once, each with its line. Throws `ConfigurationError`.
  package static func loadChecked(file: String) throws(ConfigurationError) -> ExperimentConfiguration {
    try load(file: file) { $0.argumentProblems }
  }

  /// What front-end and network find wrong with their arguments.
  package var argumentProblems: [ArgumentProblem] {
    let (bins, problems) = frontEndProblems
    return problems + networkProblems(bins: bins)
  }

  /// Each argument that is refused is left out, until none is.
  private var frontEndProblems: (bins: Int, problems: [ArgumentProblem]) {
    var (experiment, problems) = (self, [ArgumentProblem]())
    while true {
      do {
        return (try FrontEndConfiguration(experiment).makeFrontEnd().bins, problems)
      } catch where error.arguments.contains(where: { experiment.preprocess.methodArguments[$0] != nil }) {
        for name in error.arguments {
          experiment.preprocess.methodArguments[name] = nil
          problems.append(.init(path: "preprocess_conf.method_args.\(name)", message: error.message))
        }
      } catch {
        // A method that there is not has been told already.
        if PreprocessConfiguration.methods.contains(preprocess.featureMethod) {
          problems.append(.init(path: "preprocess_conf.method_args", message: error.message))
        }
        return (80, problems)
      }
    }
  }

  private func networkProblems(bins: Int) -> [ArgumentProblem] {
    let place = model.isSecondGeneration ? "model_conf.model_args" : "model_conf.backbone"
    var (model, problems) = (model, [ArgumentProblem]())
    while true {
      do {
        _ = try SpeakerNetwork.parameterShapes(NetworkConfiguration(model, inputSize: bins))
        return problems
      } catch let error as NetworkError where error.arguments.contains(where: { model.arguments[$0] != nil }) {
        for name in error.arguments {
          model.arguments[name] = nil
          problems.append(.init(path: "\(place).\(name)", message: error.message))
        }
      } catch {
        // A name that is missing has been told already.
        if !model.name.isEmpty {
          let path = model.isSecondGeneration ? "model_conf.model" : "use_model"
          problems.append(.init(path: path, message: "\(error)"))
        }
        return problems
      }
    }
  }
}
