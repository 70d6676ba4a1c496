#pragma once
// One group of very many members before a server of its own: members imported, a crowd that
// watches, some who write, and the check that everybody was shown the log.
//
// Thread: one. Exceptions: std::runtime_error with a sentence, where it cannot be set up.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "load/bench/chat_file.h"
#include "load/bench/raw_floor.h"
#include "load/bench/testbed.h"
#include "load/bench/timeline.h"
#include "load/crowd/crowd.h"

namespace stentor::bench {

class ServerSocketFloor;

class GreatGroup {
public:
    struct Shape {
        std::size_t watchers{};
        // Beside the great group each is a member of one of these sizes.
        std::vector<std::uint64_t> further_rooms{};
        bool watches_all{};                   // Not only the great group.
        double sleepers{};                    // Share of the watchers who will stop reading.
        std::size_t handshakes_at_once = 24;  // Of a thread of the crowd.
        std::vector<std::string> server_arguments{};
    };
    GreatGroup(const Context& context, std::string section, Shape shape);

    // The first `count` members connect, those that are away. False: after `within` not all of them
    // watched.
    [[nodiscard]] bool gather(std::size_t count, Millis within);
    // Everybody holds the great group up to `seq`, from an earlier life. While nobody is connected.
    void claim(std::uint64_t seq);
    // `count` messages of the chat, and waits until everybody who was gathered has the last of
    // them. Times from the first one's sending.
    [[nodiscard]] FanoutTimes say(std::size_t count, Millis within);
    // Starts the server afresh, over the same record, on another port; how long that took.
    double start_again();
    // The frame that everybody had last, once more from `floor`, with no fault in that.
    [[nodiscard]] FanoutTimes drill(ServerSocketFloor& floor, const std::string& frame,
                                    Millis within);
    // Messages without waiting.
    void post(std::size_t count);
    // Turns the loop of those who write, and takes samples.
    void run_for(Millis span);
    // After the last message: no violation, and what the crowd was shown is the log, from its first
    // entry that a member saw to its head. Faults become findings. Stops the server.
    void conclude();

    [[nodiscard]] Testbed& testbed() { return testbed_; }
    [[nodiscard]] crowd::Crowd& crowd() { return *crowd_; }
    [[nodiscard]] Timeline& timeline() { return timeline_; }
    [[nodiscard]] std::uint64_t head() const { return head_; }
    [[nodiscard]] std::size_t gathered() const { return gathered_; }
    // Connections of the crowd under way at the same time, at most.
    [[nodiscard]] std::size_t openings_at_once() const { return openings_at_once_; }
    [[nodiscard]] bool wait_until(const std::function<bool()>& done, Millis within);

    static constexpr GroupId kGid{std::uint64_t{1} << 42U};
    static constexpr std::size_t kSpeakers = 8;

private:
    void import_members();
    void bring_speakers();
    void compare_with_log();

    const Context& context_;
    std::string section_;
    Shape shape_;
    Chat chat_;
    Testbed testbed_;
    Timeline timeline_;
    std::unique_ptr<crowd::Crowd> crowd_;
    std::vector<Member*> speakers_;
    std::uint64_t said_{};
    std::uint64_t head_{};
    std::size_t gathered_{};
    std::size_t openings_at_once_{};
};

// The chat that was named, or the made-up one of the tests. Throws std::runtime_error.
[[nodiscard]] Chat chat_of(const BenchOptions& options);

}  // namespace stentor::bench
