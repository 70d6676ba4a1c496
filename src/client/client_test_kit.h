#pragma once
// For the tests of this folder: a model server of one group, a host that keeps what it is told, and
// a client between the two.

#include <gtest/gtest.h>

#include <array>
#include <deque>
#include <map>
#include <optional>

#include "client/client.h"
#include "wire/frames.h"
#include "wire/log_entry.h"
#include "wire/pb.h"

namespace stentor::client {

inline constexpr GroupId kGroup{7};
inline constexpr Epoch kEpoch{3};
inline constexpr UserId kMe{11};
inline constexpr UserId kOther{12};
inline constexpr Time kStart = from_ms(1'700'000'000'000);

inline Cmid cmid_of(std::uint64_t n) {
    std::array<std::uint8_t, 10> random{};
    random[8] = static_cast<std::uint8_t>(n >> 8U);
    random[9] = static_cast<std::uint8_t>(n);
    return Cmid::made_at(kStart, random);
}

// One group's log as a server keeps it, and the answers that follow from it.
class Server {
public:
    std::uint64_t append(UserId sender, const Cmid& cmid, std::string body) {
        pb::Entry entry;
        entry.set_seq(entries.size() + 1);
        entry.set_sender(sender.value);
        entry.set_cmid(std::string{cmid.view()});
        entry.set_kind(pb::ENTRY_KIND_POST);
        entry.set_time_ms(to_ms(kStart) + entries.size());
        entry.set_body(std::move(body));
        digests.push_back(digest_after(digests.back(), entry));
        entries.push_back(std::move(entry));
        seqs[cmid] = entries.size();
        return entries.size();
    }
    void chat(std::uint64_t count) {
        for (std::uint64_t i = 0; i < count; ++i) {
            append(kOther, cmid_of(50'000 + entries.size()), "other");
        }
    }
    pb::ServerFrame welcome(std::uint32_t id) const {
        pb::ServerFrame frame;
        frame.set_request_id(id);
        frame.mutable_welcome()->set_uid(kMe.value);
        frame.mutable_welcome()->set_time_ms(to_ms(kStart));
        frame.mutable_welcome()->set_pulse_s(30);
        frame.mutable_welcome()->set_here_s(120);
        frame.mutable_welcome()->mutable_limits()->set_commands_in_flight(8);
        return frame;
    }
    pb::ServerFrame opened(std::uint64_t first, bool reset) const {
        pb::ServerFrame frame;
        pb::Opened& opened = *frame.mutable_opened();
        opened.set_gid(kGroup.value);
        opened.set_epoch(kEpoch.value);
        opened.set_head(entries.size());
        opened.set_digest(std::string{digests.back().view()});
        opened.set_reset(reset);
        opened.set_first_seq(first);
        opened.set_digest_before(std::string{digests[first - 1].view()});
        add(opened, first, entries.size());
        return frame;
    }
    pb::ServerFrame batch(std::uint64_t first, std::uint64_t last) const {
        pb::ServerFrame frame;
        frame.mutable_batch()->set_gid(kGroup.value);
        frame.mutable_batch()->set_epoch(kEpoch.value);
        frame.mutable_batch()->set_first_seq(first);
        frame.mutable_batch()->set_digest(std::string{digests[last].view()});
        add(*frame.mutable_batch(), first, last);
        return frame;
    }
    pb::ServerFrame range(std::uint32_t id, std::uint64_t first, std::uint64_t last) const {
        pb::ServerFrame frame;
        frame.set_request_id(id);
        pb::Range& range = *frame.mutable_range();
        range.set_gid(kGroup.value);
        range.set_epoch(kEpoch.value);
        range.set_first_seq(first);
        range.set_digest_before(std::string{digests[first - 1].view()});
        range.set_digest(std::string{digests[last].view()});
        range.set_head(entries.size());
        add(range, first, last);
        return frame;
    }
    pb::ServerFrame head() const {
        pb::ServerFrame frame;
        frame.mutable_head()->set_gid(kGroup.value);
        frame.mutable_head()->set_epoch(kEpoch.value);
        frame.mutable_head()->set_head(entries.size());
        return frame;
    }
    // A send as the group's owner takes it: duplicates before the chain, the chain before numbers.
    pb::ServerFrame send(std::uint32_t id, const pb::Send& send) {
        const Cmid cmid = *Cmid::from(send.cmid());
        const auto after = Cmid::from(send.after());
        if (!seqs.contains(cmid)) {
            if (after && !seqs.contains(*after)) return refused(id, Code::predecessor_missing, 0);
            append(kMe, cmid, send.body());
        }
        pb::ServerFrame frame;
        frame.set_request_id(id);
        frame.mutable_sent()->set_gid(kGroup.value);
        frame.mutable_sent()->set_epoch(kEpoch.value);
        frame.mutable_sent()->set_cmid(send.cmid());
        frame.mutable_sent()->set_seq(seqs[cmid]);
        return frame;
    }
    static pb::ServerFrame refused(std::uint32_t id, Code code, std::uint32_t retry_after_ms) {
        pb::ServerFrame frame;
        frame.set_request_id(id);
        frame.mutable_refused()->set_code(static_cast<pb::Code>(code));
        frame.mutable_refused()->set_retry_after_ms(retry_after_ms);
        return frame;
    }

    std::vector<pb::Entry> entries;
    std::vector<Digest> digests{genesis(kGroup)};
    std::map<Cmid, std::uint64_t> seqs;

private:
    template <class Page>
    void add(Page& page, std::uint64_t first, std::uint64_t last) const {
        for (std::uint64_t seq = first; seq <= last; ++seq) *page.add_entries() = entries[seq - 1];
    }
};

class Recorder : public Host {
public:
    void connect() override { ++connects; }
    void transmit(std::string message) override {
        frames.push_back(wire::decode_command(message).value());
    }
    void disconnect() override { ++disconnects; }
    void wake_at(Time when) override { wake = when; }
    void on_applied(GroupId, Epoch, const pb::Entry& entry, const Digest&) override {
        applied.push_back(entry.seq());
    }
    void on_changed(GroupId, Epoch, const pb::Entry& entry) override {
        changed.emplace_back(entry.seq(), entry.revision());
    }
    void on_tally(GroupId, Epoch, const pb::Tally& tally) override {
        tallies.push_back(tally.seq());
    }
    void on_hidden(GroupId, Epoch, Seq seq) override { hidden.push_back(seq.value); }
    void on_note(const pb::Note& note) override { notes.push_back(note.text()); }
    void on_badge(const pb::Badge& badge) override { badges.push_back(badge.unread()); }
    void on_user_log(const pb::UserLogEntry& entry) override {
        user_log.push_back(entry.user_log_seq());
    }
    void on_user_log_reset() override { ++user_log_resets; }
    void on_restarted(GroupId, Epoch, Seq after) override { restarts.push_back(after.value); }
    void on_forked(GroupId, Epoch epoch, Seq fork) override { forks.emplace_back(epoch, fork); }
    void on_open_refused(GroupId, Code code) override { open_refusals.push_back(code); }
    void on_sent(GroupId, const Cmid& cmid, Epoch, Seq seq) override {
        sent.emplace_back(cmid, seq.value);
    }
    void on_gave_up(GroupId, const Cmid& cmid, Code code) override {
        gave_up.emplace_back(cmid, code);
    }
    void on_digest_mismatch(GroupId, Seq at) override { mismatches.push_back(at.value); }
    void on_order_violation(GroupId, Seq, Seq got) override { disorders.push_back(got.value); }
    void on_token_wanted() override { ++tokens_wanted; }
    void on_stopped(Code code) override { stopped = code; }
    void on_answer(std::uint32_t id, const pb::ServerFrame& frame) override {
        answers.emplace_back(id, frame.event_case());
    }

    int connects{};
    int disconnects{};
    int tokens_wanted{};
    Time wake;
    std::deque<pb::ClientFrame> frames;
    std::vector<std::uint64_t> applied, restarts, mismatches, disorders;
    std::vector<std::uint64_t> tallies, hidden, badges, user_log;
    std::vector<std::pair<std::uint64_t, std::uint32_t>> changed;
    std::vector<std::string> notes;
    int user_log_resets{};
    std::vector<std::pair<Epoch, Seq>> forks;
    std::vector<std::pair<Cmid, std::uint64_t>> sent;
    std::vector<std::pair<Cmid, Code>> gave_up;
    std::vector<Code> open_refusals;
    std::vector<std::pair<std::uint32_t, pb::ServerFrame::EventCase>> answers;
    std::optional<Code> stopped;
};

class ClientTest : public testing::Test {
protected:
    [[nodiscard]] Moment moment() { return {now, random += 0x9e3779b97f4a7c15ULL}; }
    void give(const pb::ServerFrame& frame) { client.on_message(moment(), wire::encode(frame)); }
    pb::ClientFrame take() {
        if (host.frames.empty()) {
            ADD_FAILURE() << "nothing was sent";
            return {};
        }
        pb::ClientFrame frame = std::move(host.frames.front());
        host.frames.pop_front();
        return frame;
    }
    // Connects, says Hello, is welcomed.
    void welcome() {
        if (host.connects == 0) client.start(moment());
        client.on_connected(moment());
        const pb::ClientFrame hello = take();
        ASSERT_TRUE(hello.has_hello());
        resumed = hello.hello().resume_size() == 0 ? std::nullopt
                                                   : std::optional{hello.hello().resume(0).seq()};
        give(server.welcome(hello.request_id()));
    }
    void open_whole() {
        client.watch(moment(), kGroup);
        welcome();
        give(server.opened(1, true));
    }
    void wake_after(Millis pause) {
        now += pause;
        client.on_wake(moment());
    }

    Time now = kStart;
    std::uint64_t random{1};
    Server server;
    Recorder host;
    std::shared_ptr<Settings> settings = std::make_shared<Settings>();
    Client client{host, settings, "token", DeviceId{5}};
    std::optional<std::uint64_t> resumed;
};

}  // namespace stentor::client
