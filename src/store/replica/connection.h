#pragma once
// A TCP connection that carries frames, blocking, with a time limit for each of them.
//
// Owner: whoever talks. Thread: one at a time, but for shut(), which any may call to end a wait.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "base/code.h"
#include "base/time.h"
#include "store/replica/messages.h"

namespace stentor::replica {

class Connection {
public:
    explicit Connection(int descriptor, Millis within = limits::kReplicaWithin);
    Connection(Connection&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
    Connection& operator=(Connection&&) = delete;
    ~Connection();

    // timeout: the other side did not answer, or could not be reached.
    [[nodiscard]] static Result<Connection> to(const std::string& host, std::uint16_t port);

    Result<void> send(Kind kind, std::string_view content);
    // The content of the next frame. malformed: it is of another kind; frame_too_large; timeout: it
    // did not come in time, or the connection ended.
    [[nodiscard]] Result<std::string> receive(Kind kind,
                                              std::size_t bytes_max = limits::kReplicaFrameBytes);
    // Of any kind.
    struct Frame {
        Kind kind{};
        std::string content;
    };
    [[nodiscard]] Result<Frame> receive(std::size_t bytes_max = limits::kReplicaFrameBytes);

    // Address and port of the other side; empty when it is gone.
    [[nodiscard]] std::string peer() const;

    // Of each wait from here on.
    void set_limit(Millis within);
    void shut();

private:
    [[nodiscard]] bool write_all(std::string_view bytes);
    [[nodiscard]] bool read_all(char* into, std::size_t size);

    int descriptor_;
};

}  // namespace stentor::replica
