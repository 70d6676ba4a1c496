#include "load/bench/server_process.h"

#include <charconv>
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace stentor::bench {
namespace {

using std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr auto kStartWithin = 120s;  // A store of many million entries has to be opened.
constexpr auto kStopWithin = 20s;

double seconds_since(steady_clock::time_point begin) {
    return std::chrono::duration<double>(steady_clock::now() - begin).count();
}

}  // namespace

Endpoint endpoint_of(const std::string& url) {
    const auto scheme = url.find("://");
    std::string rest = scheme == std::string::npos ? url : url.substr(scheme + 3);
    rest = rest.substr(0, rest.find('/'));
    const auto colon = rest.rfind(':');
    Endpoint endpoint{.address = rest.substr(0, colon)};
    const char* end = rest.data() + rest.size();
    if (colon == std::string::npos ||
        std::from_chars(rest.data() + colon + 1, end, endpoint.port).ptr != end) {
        throw std::runtime_error{"no address and port in " + url};
    }
    if (endpoint.address == "localhost") endpoint.address = "127.0.0.1";
    return endpoint;
}

ServerProcess::ServerProcess(std::filesystem::path executable, std::filesystem::path folder,
                             std::vector<std::string> arguments)
    : executable_(executable.empty() ? "/proc/self/exe" : std::move(executable)),
      folder_(std::move(folder)),
      arguments_(std::move(arguments)) {
    executable_ = std::filesystem::canonical(executable_);
}

double ServerProcess::start() {
    const auto begin = steady_clock::now();
    std::vector<std::string> words{executable_.string(), "serve",    "--data",
                                   folder_.string(),     "--listen", "127.0.0.1:0"};
    words.insert(words.end(), arguments_.begin(), arguments_.end());
    process_.start(std::move(words), folder_.parent_path() / "server.log");
    read_addresses();
    return seconds_since(begin);
}

// The server says all of its addresses at once.
void ServerProcess::read_addresses() {
    constexpr std::string_view kSays = "listening on ";
    const auto begin = steady_clock::now();
    std::string text;
    while (steady_clock::now() - begin < kStartWithin) {
        const auto more = process_.output(100ms);
        if (!more) break;
        text += *more;
        if (!text.ends_with('\n') || !text.contains(kSays)) continue;
        std::istringstream lines{text};
        for (std::string line; std::getline(lines, line);) {
            if (!line.starts_with(kSays)) continue;
            const std::string url = line.substr(kSays.size());
            endpoints_[url.substr(0, url.find(':'))] = endpoint_of(url);
        }
        return;
    }
    kill();
    throw std::runtime_error{"the server did not start; see " +
                             (folder_.parent_path() / "server.log").string()};
}

void ServerProcess::stop() { process_.stop(kStopWithin); }

// The first number of schedstat is the time on a CPU, in nanoseconds (proc(5)).
std::map<std::string, std::uint64_t> ServerProcess::thread_cpu() const {
    std::map<std::string, std::uint64_t> used;
    std::error_code gone;  // Threads end while they are looked at.
    const std::filesystem::path tasks = "/proc/" + std::to_string(id()) + "/task";
    for (const auto& task : std::filesystem::directory_iterator{tasks, gone}) {
        std::string name;
        std::uint64_t ns = 0;
        std::getline(std::ifstream{task.path() / "comm"}, name);
        std::ifstream{task.path() / "schedstat"} >> ns;
        used[name] += ns;
    }
    return used;
}

// proc(5): RssAnon, in KiB.
std::uint64_t ServerProcess::own_bytes() const {
    std::ifstream status{"/proc/" + std::to_string(id()) + "/status"};
    std::uint64_t kib = 0;
    for (std::string word; status >> word;) {
        if (word == "RssAnon:") status >> kib;
    }
    return kib * 1'024;
}

Scratch::Scratch() {
    std::string name = (std::filesystem::temp_directory_path() / "stentor-bench-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error{"cannot make a folder"};
    path_ = name;
}

Scratch::~Scratch() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

}  // namespace stentor::bench
