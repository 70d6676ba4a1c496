#include "load/bench/server_socket_floor.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <climits>
#include <filesystem>
#include <fstream>
#include <functional>
#include <semaphore>
#include <stdexcept>
#include <string_view>
#include <thread>
#include <utility>

#include "load/bench/server_cpu.h"
#include "load/bench/thread_cpu.h"

namespace stentor::bench {
namespace {

constexpr unsigned kPidfdThread = O_EXCL;  // PIDFD_THREAD, in headers since Linux 6.9.

bool comes_from(int descriptor, std::string_view prefix) {
    sockaddr_in peer{};
    socklen_t size = sizeof peer;
    std::array<char, INET_ADDRSTRLEN> text{};
    return getpeername(descriptor, reinterpret_cast<sockaddr*>(&peer), &size) == 0 &&
           peer.sin_family == AF_INET &&
           inet_ntop(AF_INET, &peer.sin_addr, text.data(), text.size()) != nullptr &&
           std::string_view{text.data()}.starts_with(prefix);
}

std::vector<int> descriptors_of(const std::filesystem::path& task) {
    std::vector<int> numbers;
    for (const auto& entry : std::filesystem::directory_iterator{task / "fd"}) {
        const std::string name = entry.path().filename();
        int number = 0;
        std::from_chars(name.data(), name.data() + name.size(), number);
        numbers.push_back(number);
    }
    return numbers;
}

// Into the calling thread's table.
std::vector<int> borrow(const std::filesystem::path& task, std::string_view prefix) {
    const int thread = std::stoi(task.filename());
    const auto handle = static_cast<int>(syscall(SYS_pidfd_open, thread, kPidfdThread));
    if (handle < 0) throw std::runtime_error{"no handle of a server's thread: Linux 6.9 has them"};
    std::vector<int> sockets;
    for (const int number : descriptors_of(task)) {
        const auto copy = static_cast<int>(syscall(SYS_pidfd_getfd, handle, number, 0));
        if (copy < 0) continue;
        if (comes_from(copy, prefix)) {
            sockets.push_back(copy);
        } else {
            close(copy);
        }
    }
    close(handle);
    return sockets;
}

}  // namespace

class ServerSocketFloor::SendingThread {
public:
    SendingThread(const std::filesystem::path& task, const std::string& prefix) {
        thread_ = std::jthread{[this, task, prefix] { run(task, prefix); }};
        done_.acquire();
        if (!failure_.empty()) throw std::runtime_error{failure_};
    }
    ~SendingThread() {
        frame_ = nullptr;
        go_.release();
    }
    void begin(const std::string& frame) {
        frame_ = &frame;
        go_.release();
    }
    [[nodiscard]] std::uint64_t end() {
        done_.acquire();
        return cpu_ns_;
    }
    [[nodiscard]] std::size_t sockets() const { return sockets_.size(); }

private:
    // A table of its own, with nothing in it; it goes with the thread. As nice as the shard whose
    // sockets it has: beside an eager sender receivers would come later, and times beside each
    // other would tell the scheduler's mind.
    void run(const std::filesystem::path& task, const std::string& prefix) {
        try {
            if (unshare(CLONE_FILES) < 0 || close_range(3, UINT_MAX, 0) < 0) {
                throw std::runtime_error{"no descriptor table of its own"};
            }
            const auto shard = static_cast<id_t>(std::stoi(task.filename()));
            setpriority(PRIO_PROCESS, 0, getpriority(PRIO_PROCESS, shard));
            sockets_ = borrow(task, prefix);
        } catch (const std::exception& error) {
            failure_ = error.what();
        }
        done_.release();
        if (!failure_.empty()) return;
        for (go_.acquire(); frame_ != nullptr; go_.acquire()) {
            const std::uint64_t before = thread_cpu_ns();
            for (const int socket : sockets_) {
                ::send(socket, frame_->data(), frame_->size(), MSG_NOSIGNAL | MSG_DONTWAIT);
            }
            cpu_ns_ = thread_cpu_ns() - before;
            done_.release();
        }
    }

    std::binary_semaphore go_{0};
    std::binary_semaphore done_{0};
    const std::string* frame_{};
    std::string failure_;
    std::uint64_t cpu_ns_{};
    std::vector<int> sockets_;
    std::jthread thread_;
};

ServerSocketFloor::ServerSocketFloor(const ServerProcess& server, const std::string& prefix) {
    for (const auto& task :
         std::filesystem::directory_iterator{"/proc/" + std::to_string(server.id()) + "/task"}) {
        std::string name;
        std::getline(std::ifstream{task.path() / "comm"}, name);
        if (kind_of_thread(name) != "shard") continue;
        threads_.push_back(std::make_unique<SendingThread>(task.path(), prefix));
    }
}

ServerSocketFloor::~ServerSocketFloor() = default;

std::size_t ServerSocketFloor::sockets() const {
    std::size_t sum = 0;
    for (const auto& thread : threads_) sum += thread->sockets();
    return sum;
}

std::uint64_t ServerSocketFloor::send(const std::string& frame) {
    // No more of them at once than there are cores, as the server's gate has it.
    const std::size_t at_once = std::max(1U, std::thread::hardware_concurrency());
    std::uint64_t cpu_ns = 0;
    for (std::size_t i = 0; i < threads_.size() + at_once; ++i) {
        if (i >= at_once) cpu_ns += threads_[i - at_once]->end();
        if (i < threads_.size()) threads_[i]->begin(frame);
    }
    return cpu_ns;
}

}  // namespace stentor::bench
