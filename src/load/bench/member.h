#pragma once
// One simulated member: the client of client/ on a socket of the loop, everything that reaches it
// told to the ledger.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/cmid.h"
#include "base/digest.h"
#include "base/histogram.h"
#include "client/client.h"
#include "load/bench/loop.h"
#include "testing/ledger/journal.h"
#include "testing/ledger/ledger.h"
#include "wire/pb.h"

namespace stentor::bench {

struct Arrivals;

using Clock = std::chrono::steady_clock;

// What the members of one run share.
struct World {
    Loop& loop;
    ledger::Ledger& ledger;
    std::shared_ptr<const client::Settings> settings;
    Histogram acks{};   // Nanoseconds from when a send was due to its answer.
    Histogram pulls{};  // Nanoseconds from a pull of the newest entries to its answer.
    std::uint64_t sent{};
    std::uint64_t held{};
    std::uint64_t gave_up{};
    std::uint64_t applied{};
    std::uint64_t lost_connections{};
    std::uint64_t stopped{};
    std::vector<std::string> stopped_because{};
    Arrivals* arrivals{};  // While set, watchers note the time of a message and read it later.
};

class Member final : public Peer, public client::Host {
public:
    // `watches`: it opens the groups that it joins, and every entry is checked.
    Member(World& world, UserId uid, std::string token, bool watches);

    void start() { client_.start(moment()); }
    void stop() {
        stopped_ = true;
        client_.stop();
    }
    void reconnect(Millis pause) { client_.reconnect(moment(), pause); }
    // Before the first send; the file is synced before a send leaves and before an answer counts.
    void keep_journal(std::unique_ptr<ledger::Journal> journal) { journal_ = std::move(journal); }

    // Makes an open group; created() names it once creating() is over.
    void create_group();
    [[nodiscard]] bool creating() const { return creates_; }
    void join(GroupId gid);
    // Reads a whole log that it is a member of, from its first entry.
    void audit(GroupId gid, Epoch epoch);
    // What came while World::arrivals was set.
    void read_kept();
    // Asks for the newest entries once more, which a node answers from memory; the time it takes
    // goes into World::pulls. Does nothing while one is under way.
    void pull_newest(GroupId gid);
    // Any other command. Answered once, with how long that took; a lost connection answers too.
    // False: not connected, or too many in flight.
    using Answered = std::function<void(const v1::ServerFrame&, std::chrono::nanoseconds)>;
    [[nodiscard]] bool ask(v1::ClientFrame command, Answered answered);
    // `due` is when it should have left: a late sender does not hide the wait.
    void send(GroupId gid, std::string_view text, Clock::time_point due);

    [[nodiscard]] UserId uid() const { return uid_; }
    [[nodiscard]] GroupId created() const { return created_; }
    // For a command that needs one.
    [[nodiscard]] Cmid fresh_cmid();
    [[nodiscard]] bool idle() const { return to_join_.empty() && client_.unanswered() == 0; }
    [[nodiscard]] bool caught_up() const { return client_.caught_up(); }
    // Nothing of theirs is under way.
    [[nodiscard]] bool settled() const { return stopped_ || (idle() && caught_up()); }
    [[nodiscard]] bool connected() const { return client_.ready(); }
    [[nodiscard]] std::size_t unanswered() const { return client_.unanswered(); }
    [[nodiscard]] const client::Client& client() const { return client_; }

    // ---- Of the loop
    void on_open() override { client_.on_connected(moment()); }
    void on_message(std::string_view payload) override;
    void on_closed() override { client_.on_closed(moment()); }
    void on_wake() override;
    void on_deferred() override { join_next(); }

    // ---- Of the client
    void connect() override { world_.loop.open(*this); }
    void transmit(std::string message) override { world_.loop.send(*this, message); }
    void disconnect() override { world_.loop.close(*this); }
    void wake_at(Time when) override { world_.loop.wake_at(*this, when); }
    void on_ready(UserId uid) override;
    void on_lost() override { ++world_.lost_connections; }
    void on_applied(GroupId gid, Epoch epoch, const v1::Entry& entry,
                    const Digest& digest) override;
    void on_restarted(GroupId gid, Epoch epoch, Seq after) override;
    void on_forked(GroupId gid, Epoch epoch, Seq fork) override;
    void on_sent(GroupId gid, const Cmid& cmid, Epoch epoch, Seq seq) override;
    void on_held(GroupId gid, const Cmid& cmid, const Error& why) override;
    void on_gave_up(GroupId gid, const Cmid& cmid, Code code) override;
    void on_answer(std::uint32_t request_id, const v1::ServerFrame& frame) override;
    void on_digest_mismatch(GroupId gid, Seq at) override;
    void on_order_violation(GroupId gid, Seq expected, Seq got) override;
    void on_open_refused(GroupId gid, Code code) override;
    void on_stopped(Code code) override;

private:
    struct View {
        GroupId gid;
        ledger::ViewId id;
        Epoch epoch;
    };
    [[nodiscard]] client::Moment moment() { return {now(), world_.loop.random()}; }
    void join_next();
    [[nodiscard]] View* view(GroupId gid);

    World& world_;
    UserId uid_;
    bool watches_;
    bool stopped_{};
    bool creates_{};
    bool asked_{};  // A join or a creation is on its way.
    Cmid creation_;
    GroupId created_;
    bool pulls_{};  // A pull is under way.
    struct Asked {
        std::uint32_t request_id;
        Clock::time_point at;
        Answered answered;
    };
    std::vector<Asked> questions_;
    client::Client client_;
    std::vector<GroupId> to_join_;
    std::vector<View> views_;
    std::unordered_map<Cmid, Clock::time_point> due_;
    std::unique_ptr<ledger::Journal> journal_;
    std::vector<std::string> kept_;
    GroupId audited_;
    Epoch audited_epoch_;
};

}  // namespace stentor::bench
