// Enrols a person and says who speaks in another recording:
//
//   example HOST:PORT COLLECTION PERSON ENROLMENT.wav... RECORDING.wav
//
// Prints the person recognised, or "a stranger", with score and threshold, parted by tabs.
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <memory>
#include <random>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <grpcpp/grpcpp.h>

#include "voiceprint/gateway/v1/gateway_service.grpc.pb.h"

namespace gateway = voiceprint::gateway::v1;
using voiceprint::types::v1::Audio;

namespace {

// Which calls are tried again, and how often, is part of the protocol.
constexpr char kServiceConfig[] =
#include "service_config.inc"
    ;

// By number: the library has no names for them.
constexpr const char* kCodes[] = {
    "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS",
    "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED",
    "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED"};

// What the service answered instead of a result.
struct CallError : std::runtime_error {
  explicit CallError(const grpc::Status& status)
      : std::runtime_error(std::string(kCodes[status.error_code()]) + ": " + status.error_message()) {}
};

// A whole audio file, whatever its format: the service reads the header.
Audio Read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  Audio audio;
  audio.set_content(std::string(std::istreambuf_iterator<char>(file), {}));
  if (!file) throw std::runtime_error("cannot read " + path);
  return audio;
}

// An enrolment whose answer got lost is tried again and must not enrol twice.
std::string RandomId() {
  std::random_device random;
  std::ostringstream text;
  for (int word = 0; word < 4; ++word) text << std::hex << random();
  return text.str();
}

class Client {
 public:
  Client(const std::string& address, std::string collection) : collection_(std::move(collection)) {
    grpc::ChannelArguments arguments;
    arguments.SetServiceConfigJSON(kServiceConfig);
    const auto credentials = grpc::InsecureChannelCredentials();
    stub_ = gateway::GatewayService::NewStub(grpc::CreateCustomChannel(address, credentials, arguments));
  }

  void Enroll(const std::string& person, const std::vector<std::string>& recordings) {
    gateway::EnrollRequest request;
    request.set_collection(collection_);
    request.set_speaker_id(person);
    request.set_request_id(RandomId());
    for (const auto& path : recordings) *request.add_audios() = Read(path);
    Call<gateway::EnrollResponse>(&gateway::GatewayService::Stub::Enroll, request);
  }

  gateway::IdentifyResponse Identify(const std::string& recording) {
    gateway::IdentifyRequest request;
    request.set_collection(collection_);
    *request.mutable_audio() = Read(recording);
    return Call<gateway::IdentifyResponse>(&gateway::GatewayService::Stub::Identify, request);
  }

 private:
  template <typename Response, typename Method, typename Request>
  Response Call(Method method, const Request& request) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(30));
    Response response;
    const grpc::Status status = ((*stub_).*method)(&context, request, &response);
    if (!status.ok()) throw CallError(status);
    return response;
  }

  std::string collection_;
  std::unique_ptr<gateway::GatewayService::Stub> stub_;
};

}  // namespace

int main(int count, char** arguments) {
  if (count < 6) {
    std::cerr << "usage: example HOST:PORT COLLECTION PERSON ENROLMENT.wav... RECORDING.wav\n";
    return 2;
  }
  try {
    Client client(arguments[1], arguments[2]);
    client.Enroll(arguments[3], {arguments + 4, arguments + count - 1});
    const auto answer = client.Identify(arguments[count - 1]);
    const bool recognised = answer.decision() == gateway::DECISION_ACCEPTED;
    std::cout << (recognised ? answer.speaker_id() : "a stranger") << '\t' << answer.score() << '\t'
              << answer.threshold() << '\n';
    return EXIT_SUCCESS;
  } catch (const std::exception& error) {
    std::cerr << error.what() << '\n';
    return EXIT_FAILURE;
  }
}
