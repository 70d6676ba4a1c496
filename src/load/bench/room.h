#pragma once
// The watchers of one rival: everybody is sent everything, and each checks that the messages come
// whole, in order and once.
//
// Thread: the one that turns the rival's loop. Cost: a frame that came before, byte for byte, is
// looked up and not read again, so that receivers weigh the same whatever the framing.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "load/bench/arrivals.h"
#include "load/bench/peer_server.h"

namespace stentor::bench {

class Room {
public:
    // `patience`: how long the last message of a flood may take to be everywhere.
    Room(PeerServer& rival, const Script& script, Millis patience = Millis{30'000})
        : rival_{rival}, script_{script}, patience_{patience} {}
    Room(const Room&) = delete;
    Room& operator=(const Room&) = delete;
    ~Room();  // Everybody hangs up.

    // Throws std::runtime_error when they cannot come in.
    void admit_up_to(std::size_t watchers);
    void rest(Millis span);
    // One message, from the call until everybody has it. Throws when somebody does not get it.
    FanoutTimes say_one();

    struct Flood {
        std::uint64_t delivered{};
        double seconds{};
    };
    // As many as go: at most `ahead` messages are published that not everybody has.
    Flood flood(double seconds, std::uint64_t ahead);

    // Empty: everything was as it should be.
    [[nodiscard]] const std::string& trouble() const { return trouble_; }

private:
    class Watcher final : public Peer {
    public:
        Watcher(Room& room, std::size_t place)
            : room_{room}, place_{place}, next_{room.said_ + 1} {}
        void on_open() override;
        void on_message(std::string_view frame) override;
        void on_closed() override;
        void on_wake() override { room_.rival_.loop().open(*this); }
        [[nodiscard]] bool takes_text() const override { return room_.rival_.speaks_text(); }

    private:
        void get_ready();
        void take(std::uint64_t first, std::uint64_t count);
        void say(const std::string& words);

        Room& room_;
        std::size_t place_;
        std::uint64_t next_;  // The number of the message that it waits for.
        bool ready_{};
    };
    struct HashText {
        using is_transparent = void;
        std::size_t operator()(std::string_view text) const {
            return std::hash<std::string_view>{}(text);
        }
    };

    const Heard& heard(std::string_view frame);
    void note(const std::string& trouble);
    [[nodiscard]] bool all_have(std::uint64_t number) const;

    PeerServer& rival_;
    const Script& script_;
    Millis patience_;
    std::vector<std::unique_ptr<Watcher>> watchers_;
    std::unordered_map<std::string, Heard, HashText, std::equal_to<>> frames_;
    Heard odd_;  // The last one that will not come again.
    Arrivals arrivals_;
    std::size_t ready_{};
    std::uint64_t said_{};
    std::uint64_t delivered_{};
    std::string trouble_;
};

}  // namespace stentor::bench
