// What an idle connection costs under TLS, beside a plain one on the same server: memory of the
// server, memory of the kernel, and CPU time to open it.

#include <fmt/format.h>

#include <stdexcept>

#include "client/terminal/stream.h"
#include "load/bench/certificate.h"
#include "load/bench/machine.h"
#include "load/bench/progress.h"
#include "load/bench/server_cpu.h"
#include "load/bench/testbed.h"
#include "net/tcp/frame.h"
#include "wire/pb.h"

namespace stentor::bench {
namespace {

constexpr std::size_t kWarm = 200;  // Before anything is counted.
constexpr std::size_t kConnections = 4'000;
constexpr Millis kRest{2'000};

using Streams = std::vector<std::unique_ptr<terminal::Stream>>;

// One more connection that has said Hello and was welcomed.
void open_one(Testbed& testbed, const terminal::Server& server, Streams& streams) {
    UserId uid = testbed.fleet().user(streams.size());
    pb::ClientFrame frame;
    frame.set_request_id(1);
    frame.mutable_hello()->set_token(testbed.fleet().token_of(uid, true));
    frame.mutable_hello()->set_device(uid.value);
    frame.mutable_hello()->set_client("stentor-bench/1");
    frame.mutable_hello()->set_version(1);
    auto stream = terminal::Stream::connect(server, "stentor.v1");
    if (!stream) throw std::runtime_error{stream.error()};
    std::string bytes;
    if (!(*stream)->write(net::tcp::frame(frame.SerializeAsString())) || !(*stream)->read(bytes)) {
        throw std::runtime_error{"a connection was not welcomed"};
    }
    streams.push_back(std::move(*stream));
}

struct Cost {
    double server_bytes{};
    double kernel_bytes{};
    double cpu_ms{};
};

Cost cost_of(Testbed& testbed, const std::string& scheme, const std::filesystem::path& authorities,
             Streams& streams) {
    const Endpoint at = testbed.own_server().endpoint(scheme);
    const terminal::Server server{.host = at.address,
                                  .port = at.port,
                                  .tls = scheme == "tcps",
                                  .authorities = authorities.string()};
    for (std::size_t i = 0; i < kWarm; ++i) open_one(testbed, server, streams);
    testbed.fleet().run_for(kRest);
    const std::uint64_t own = testbed.own_server().own_bytes();
    const std::uint64_t kernel = kernel_bytes();
    const ServerCpu cpu{testbed.own_server()};
    Progress progress{"tls: " + scheme};
    for (std::size_t i = 0; i < kConnections; ++i) {
        open_one(testbed, server, streams);
        progress.show(static_cast<double>(i) / kConnections, "");
    }
    const double cpu_ms = cpu.seconds() * 1e3 / kConnections;
    testbed.fleet().run_for(kRest);
    const auto each = [](std::uint64_t before, std::uint64_t after) {
        return (static_cast<double>(after) - static_cast<double>(before)) / kConnections;
    };
    return {.server_bytes = each(own, testbed.own_server().own_bytes()),
            .kernel_bytes = each(kernel, kernel_bytes()),
            .cpu_ms = cpu_ms};
}

}  // namespace

void measure_tls(const Context& context) {
    const Scratch scratch;
    const CertificateFiles files = make_certificate(scratch.path());
    Testbed testbed{context,
                    {"--tcp", "127.0.0.1:0", "--set", "listen.tcp_tls=127.0.0.1:0", "--set",
                     "listen.certificate=" + files.certificate.string(), "--set",
                     "listen.key=" + files.key.string()}};
    Streams streams;  // The plain ones stay, lest the others take over their memory.
    const Cost plain = cost_of(testbed, "tcp", {}, streams);
    const Cost tls = cost_of(testbed, "tcps", files.certificate, streams);
    auto& findings = context.findings;
    for (const auto& [kind, cost] : {std::pair{"plain", plain}, std::pair{"TLS", tls}}) {
        findings.figure("tls", fmt::format("server's memory, idle, {}", kind), cost.server_bytes,
                        "bytes");
        findings.figure("tls", fmt::format("kernel's memory, both ends, {}", kind),
                        cost.kernel_bytes, "bytes");
        findings.figure("tls", fmt::format("server's CPU to open and say Hello, {}", kind),
                        cost.cpu_ms, "ms");
    }
    findings.figure("tls", "handshakes a second of one core", 1e3 / (tls.cpu_ms - plain.cpu_ms),
                    "1/s");
}

}  // namespace stentor::bench
