// The same smallest call by gRPC's own C++, with its callback interface at both ends.
//
//   rpc_peer serve                               prints the port, serves until it is killed
//   rpc_peer call HOST:PORT IN_FLIGHT SECONDS    prints one JSON object

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace {

using Clock = std::chrono::steady_clock;

// Answers whatever is asked with the two bytes of a HealthCheckResponse that says SERVING.
class Healthy : public grpc::ServerGenericBidiReactor {
 public:
  Healthy() { StartRead(&request_); }

  void OnReadDone(bool ok) override {
    if (!ok) return Finish(grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "a request is missing"));
    grpc::Slice serving("\x08\x01", 2);
    response_ = grpc::ByteBuffer(&serving, 1);
    StartWriteAndFinish(&response_, grpc::WriteOptions(), grpc::Status::OK);
  }

  void OnDone() override { delete this; }

 private:
  grpc::ByteBuffer request_, response_;
};

class Service : public grpc::CallbackGenericService {
  grpc::ServerGenericBidiReactor* CreateReactor(grpc::GenericCallbackServerContext*) override { return new Healthy; }
};

int serve() {
  int port = 0;
  Service service;
  grpc::ServerBuilder builder;
  builder.RegisterCallbackGenericService(&service);
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (!server || port == 0) return 1;
  std::printf("%d\n", port);
  std::fflush(stdout);
  server->Wait();
  return 0;
}

// Keeps calls under way until the time is over; the calls of the first quarter are not measured.
class Load {
 public:
  Load(const std::string& target, int in_flight, double seconds)
      : stub_(grpc::CreateChannel(target, grpc::InsecureChannelCredentials())), in_flight_(in_flight) {
    begin_ = Clock::now() + to_duration(seconds / 4);
    end_ = begin_ + to_duration(seconds);
  }

  bool run() {
    running_ = in_flight_;
    for (int call = 0; call < in_flight_; ++call) start();
    std::unique_lock<std::mutex> lock(mutex_);
    done_.wait(lock, [this] { return running_ == 0; });
    last_ = Clock::now();
    return !failed_;
  }

  void print() {
    std::sort(microseconds_.begin(), microseconds_.end());
    const auto at = [this](double part) {
      return microseconds_.empty() ? 0.0 : microseconds_[static_cast<size_t>(part * (microseconds_.size() - 1))];
    };
    const double seconds = std::chrono::duration<double>(last_ - begin_).count();
    std::printf("{\"in_flight\": %d, \"calls_per_second\": %.1f, \"p50_us\": %.1f, \"p99_us\": %.1f}\n", in_flight_,
                microseconds_.size() / seconds, at(0.5), at(0.99));
  }

 private:
  struct Call {
    grpc::ClientContext context;
    grpc::ByteBuffer request, response;
    Clock::time_point begin = Clock::now();
  };

  static Clock::duration to_duration(double seconds) {
    return std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  }

  void start() {
    auto call = std::make_shared<Call>();
    grpc::Slice empty;
    call->request = grpc::ByteBuffer(&empty, 1);
    call->context.set_wait_for_ready(true);
    stub_.UnaryCall(&call->context, "/grpc.health.v1.Health/Check", grpc::StubOptions(), &call->request,
                    &call->response, [this, call](grpc::Status status) { end(*call, status); });
  }

  void end(const Call& call, const grpc::Status& status) {
    const auto now = Clock::now();
    {
      const std::lock_guard<std::mutex> lock(mutex_);
      if (!status.ok()) failed_ = true;
      if (call.begin >= begin_) {
        microseconds_.push_back(std::chrono::duration<double, std::micro>(now - call.begin).count());
      }
      if (failed_ || now >= end_) {
        if (--running_ == 0) done_.notify_one();
        return;
      }
    }
    start();
  }

  grpc::GenericStub stub_;
  const int in_flight_;
  Clock::time_point begin_, end_, last_;
  std::mutex mutex_;
  std::condition_variable done_;
  std::vector<double> microseconds_;
  int running_ = 0;
  bool failed_ = false;
};

}  // namespace

int main(int count, char** arguments) {
  const std::string mode = count > 1 ? arguments[1] : "";
  if (mode == "serve" && count == 2) return serve();
  if (mode != "call" || count != 5) {
    std::fprintf(stderr, "usage: rpc_peer serve | rpc_peer call HOST:PORT IN_FLIGHT SECONDS\n");
    return 2;
  }
  Load load(arguments[2], std::atoi(arguments[3]), std::atof(arguments[4]));
  if (!load.run()) {
    std::fprintf(stderr, "rpc_peer: a call failed\n");
    return 1;
  }
  load.print();
  // The last callback may still be on its way out of the load: nothing is taken down.
  std::fflush(stdout);
  std::_Exit(0);
}
