// Stentor with all that it always does: accounts' tokens are checked, members stand in the record,
// a message is on the disk before anybody sees it and indexed for search, and one watcher is a
// whole client that holds the log and its digests against the ledger.

#include <fmt/format.h>

#include <stdexcept>
#include <thread>

#include "client/commands.h"
#include "load/bench/made_up_groups.h"
#include "load/bench/peer_server.h"

namespace stentor::bench {
namespace {

constexpr GroupId kGid{std::uint64_t{1} << 41U};
constexpr std::size_t kUnanswered = 64;  // Sends; what it has for others comes in one commit.
constexpr Millis kPatience{60'000};

class StentorRival final : public PeerServer {
public:
    explicit StentorRival(const RivalSetting& setting) : setting_{setting} {}

    [[nodiscard]] Description description() const override {
        return {"stentor",
                "each message synced to the disk before it is acknowledged or seen, numbered, and "
                "checked by digests; tokens and membership checked; what is missed is pulled by "
                "number"};
    }

    void start(std::size_t watchers) override {
        const std::size_t threads = std::max(1U, std::thread::hardware_concurrency());
        testbed_.emplace(setting_.context,
                         std::vector<std::string>{"--shards", fmt::to_string(threads)});
        testbed_->fill_record([&](store::Store& record) {
            std::vector<UserId> members;
            for (std::size_t n = 0; n <= watchers; ++n)
                members.push_back(testbed_->fleet().user(n));
            MadeUpGroups made{record};
            made.add(kGid, members, "");
            made.finish();
        });
        sender_ = &testbed_->fleet().add_as(testbed_->fleet().user(0), true, true);
        testbed_->fleet().connect_all();
        testbed_->fleet().join_all({kGid}, 0, 1);
        if (!testbed_->fleet().run_until([&] { return sender_->client().cursor(kGid) != nullptr; },
                                         kPatience)) {
            throw std::runtime_error{"the group was not opened"};
        }
    }

    [[nodiscard]] Loop& loop() override { return testbed_->world().loop; }
    [[nodiscard]] pid_t server() const override { return testbed_->own_server().id(); }
    [[nodiscard]] bool speaks_text() const override { return false; }
    [[nodiscard]] bool ready_when_open() const override { return false; }

    [[nodiscard]] std::string greeting(std::size_t n) const override {
        UserId uid = testbed_->fleet().user(n + 1);
        pb::ClientFrame frame;
        frame.set_request_id(1);
        pb::Hello& hello = *frame.mutable_hello();
        hello.set_token(testbed_->fleet().token_of(uid, false));
        hello.set_device(uid.value);
        hello.set_client("stentor-bench/1");
        hello.set_version(1);
        return frame.SerializeAsString();
    }

    [[nodiscard]] Heard hear(std::string_view bytes) const override {
        pb::ServerFrame frame;
        if (!frame.ParseFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
            return {.kind = Heard::Kind::wrong};
        }
        if (frame.has_welcome()) {
            pb::ClientFrame open = client::open_command(kGid);
            open.set_request_id(2);
            return {.answer = open.SerializeAsString()};
        }
        if (frame.has_opened()) return {.kind = Heard::Kind::ready};
        if (frame.has_batch()) return messages(frame.batch());
        if (frame.has_range()) return messages(frame.range());
        if (frame.has_head()) return {.kind = Heard::Kind::behind, .first = frame.head().head()};
        const bool odd = frame.has_refused() || frame.has_bye() || frame.has_reset();
        return {.kind = odd ? Heard::Kind::wrong : Heard::Kind::nothing};
    }

    [[nodiscard]] std::string fetch(std::uint64_t first, std::uint64_t last) const override {
        pb::ClientFrame frame;
        frame.set_request_id(3);
        pb::Pull& pull = *frame.mutable_pull();
        pull.set_gid(kGid.value);
        pull.set_epoch(sender_->client().cursor(kGid)->epoch().value);
        pull.set_from(first);
        pull.set_to(last);
        return frame.SerializeAsString();
    }

    [[nodiscard]] bool publish(std::string_view text) override {
        if (sender_->unanswered() >= kUnanswered) return false;
        sender_->send(kGid, text, Clock::now());
        return true;
    }

    void conclude() override { testbed_->conclude("peers"); }

private:
    // Numbers of messages are those of the log: nothing else stands in it.
    template <class Page>
    [[nodiscard]] Heard messages(const Page& page) const {
        std::uint64_t number = page.first_seq();
        for (const pb::Entry& entry : page.entries()) {
            pb::Body body;
            if (!body.ParseFromString(entry.body()) ||
                setting_.script.number(body.text()) != number || entry.seq() != number) {
                return {.kind = Heard::Kind::wrong};
            }
            ++number;
        }
        return {.kind = Heard::Kind::messages,
                .first = page.first_seq(),
                .count = number - page.first_seq()};
    }

    RivalSetting setting_;
    mutable std::optional<Testbed> testbed_;
    Member* sender_{};
};

}  // namespace

std::unique_ptr<PeerServer> stentor_rival(const RivalSetting& setting) {
    return std::make_unique<StentorRival>(setting);
}

}  // namespace stentor::bench
