#pragma once
// The server under test, as a process of its own: started on a port that the system gives, stopped,
// killed, started again over the same folder.
//
// Start-up only, hence exceptions: std::runtime_error with a sentence.

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "load/bench/bench.h"
#include "load/bench/child_process.h"

namespace stentor::bench {

struct Endpoint {
    std::string address;
    std::uint16_t port{};
};

// From http://127.0.0.1:PORT with or without a path, also ws://.
[[nodiscard]] Endpoint endpoint_of(const std::string& url);

class ServerProcess {
public:
    // `executable` empty: this program itself. `arguments` follow `serve`.
    ServerProcess(std::filesystem::path executable, std::filesystem::path folder,
                  std::vector<std::string> arguments = {});
    ServerProcess(const ServerProcess&) = delete;
    ServerProcess& operator=(const ServerProcess&) = delete;

    // Returns once it listens; how long that took.
    double start();
    void kill() { process_.kill(); }
    void stop();  // SIGTERM, and SIGKILL after 20 s.

    // Where it listens: for http, https, tcp or tcps. Throws where it does not.
    [[nodiscard]] const Endpoint& endpoint(const std::string& scheme = "http") const {
        return endpoints_.at(scheme);
    }
    [[nodiscard]] std::filesystem::path secrets() const { return folder_ / "secrets"; }
    [[nodiscard]] const std::filesystem::path& folder() const { return folder_; }
    [[nodiscard]] bool running() const { return process_.running(); }
    [[nodiscard]] pid_t id() const { return process_.id(); }
    // Nanoseconds of CPU that each of its threads used, by name; the kernel's own count.
    [[nodiscard]] std::map<std::string, std::uint64_t> thread_cpu() const;
    // Memory in use that is no copy of a file's.
    [[nodiscard]] std::uint64_t own_bytes() const;

private:
    void read_addresses();

    std::filesystem::path executable_;
    std::filesystem::path folder_;
    std::vector<std::string> arguments_;
    std::map<std::string, Endpoint> endpoints_;
    ChildProcess process_;
};

// A folder of its own under the system's temporary one, removed in the end.
class Scratch {
public:
    Scratch();
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    ~Scratch();
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

}  // namespace stentor::bench
