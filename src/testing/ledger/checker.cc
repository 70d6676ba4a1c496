#include <fmt/format.h>

#include <algorithm>

#include "base/leapt_clock.h"
#include "testing/ledger/ledger.h"
#include "wire/pb.h"

namespace stentor::ledger {

// One pass over everything that the ledger holds. Of each group only the newest history is held to
// the promises; what an announced fork cut off is counted.
class Checker {
public:
    Checker(const Ledger& ledger, bool final)
        : ledger_(ledger), final_(final), report_(ledger.online_) {}

    Report run() {
        for (const auto& [key, log] : ledger_.logs_) {
            auto& newest = newest_[key.first];
            newest = std::max(newest, key.second);
        }
        for (const auto& [cmid, send] : ledger_.sends_) {
            if (send.fate != Fate::ok) continue;  // Nobody may have received anything of it.
            auto& newest = newest_[send.gid];
            newest = std::max(newest, send.epoch);
        }
        for (const auto& [cmid, send] : ledger_.sends_) {
            if (send.fate == Fate::ok) note_acked(send);
        }
        for (const auto& [gid, epoch] : newest_) check_log(gid, epoch);
        for (const auto& [cmid, send] : ledger_.sends_) check_send(cmid, send);
        for (const Ledger::View& view : ledger_.views_) check_view(view);
        report_.delivered = ledger_.delivered_;
        report_.views = ledger_.views_.size();
        return std::move(report_);
    }

private:
    using Writer = std::pair<UserId, std::uint64_t>;  // A sender and their device.

    using Log = Ledger::Log;
    using Row = Ledger::Row;
    using Send = Ledger::Send;
    using Fate = Ledger::Fate;

    void tell(Violation kind, std::string words) {
        ++report_.violations[static_cast<std::size_t>(kind)];
        if (report_.told.size() < ledger_.told_max_) {
            report_.told.push_back(fmt::format("{}: {}", name_of(kind), words));
        }
    }

    [[nodiscard]] Epoch newest(GroupId gid) const {
        const auto found = newest_.find(gid);
        return found == newest_.end() ? Epoch{} : found->second;
    }

    // An acknowledged seq is a head that the log must reach.
    void note_acked(const Send& send) {
        if (!ledger_.kept(send.gid, send.epoch, newest(send.gid), send.seq)) return;
        auto& highest = acked_[send.gid];
        highest = std::max(highest, send.seq);
    }

    [[nodiscard]] Seq head_of(GroupId gid, const Log& log) const {
        Seq head = log.first + log.rows.size() - 1;
        const auto acked = acked_.find(gid);
        if (acked != acked_.end()) head = std::max(head, acked->second);
        return std::max({head, log.told, log.fork});
    }

    void check_log(GroupId gid, Epoch epoch) {
        const Log* found = ledger_.find_log(gid, epoch);
        if (found == nullptr) return;  // Each send that was acknowledged there is told as lost.
        const Log& log = *found;
        std::map<Writer, std::uint64_t> numbers;
        Digest digest = log.before;
        Time time{};
        bool follows = true;
        for (std::size_t i = 0; i < log.rows.size(); ++i) {
            const Row& row = log.rows[i];
            const Seq seq = log.first + i;
            if (!row.known) {
                tell(Violation::hole_in_log,
                     fmt::format("group {}: nobody received {}", gid.value, seq.value));
                follows = false;
                continue;
            }
            const Digest expected = chained(digest, {.seq = seq,
                                                     .sender = row.sender,
                                                     .cmid = row.cmid,
                                                     .kind = row.kind,
                                                     .time = row.time,
                                                     .body_hash = row.body_hash});
            if ((follows && expected != row.digest) || !may_follow(time, row.time)) {
                tell(Violation::broken_chain, fmt::format("group {} at {}", gid.value, seq.value));
            }
            digest = row.digest;
            time = row.time;
            follows = true;
            check_row(gid, epoch, seq, row, numbers);
        }
        const Seq known = log.first + log.rows.size() - 1;
        const Seq head = head_of(gid, log);
        if (final_ && head > known) {
            report_.violations[static_cast<std::size_t>(Violation::hole_in_log)] +=
                (head - known) - 1;
            tell(Violation::hole_in_log, fmt::format("group {}: nobody received {} to {}",
                                                     gid.value, known.value + 1, head.value));
        }
    }

    void check_row(GroupId gid, Epoch epoch, Seq seq, const Row& row,
                   std::map<Writer, std::uint64_t>& numbers) {
        if (row.kind == pb::ENTRY_KIND_SYSTEM || !row.sender) {
            ++report_.system;
            return;
        }
        ++report_.stored;
        const auto where = [&] {
            return fmt::format("group {}, {} of user {}", gid.value, seq.value, row.sender.value);
        };
        const auto found = ledger_.sends_.find(row.cmid);
        if (found == ledger_.sends_.end()) return tell(Violation::stored_uninvoked, where());
        const Send& send = found->second;
        if (send.gid != gid || send.sender != row.sender || send.body_hash != row.body_hash) {
            return tell(Violation::wrong_content, where());
        }
        const auto [first, fresh] = stored_.try_emplace(row.cmid, seq);
        if (!fresh) {
            return tell(Violation::stored_twice,
                        where() + fmt::format(", first at {}", first->second.value));
        }
        auto& number = numbers[{row.sender, send.writer}];
        if (send.number < number) tell(Violation::sender_order, where());
        number = std::max(number, send.number);
        if (send.above.value != 0 && seq <= send.above &&
            ledger_.kept(gid, send.above_epoch, epoch, send.above)) {
            tell(Violation::real_time_order,
                 where() + fmt::format(" was sent when {} was acknowledged", send.above.value));
        }
    }

    void check_send(const Cmid& cmid, const Send& send) {
        const auto found = stored_.find(cmid);
        const bool stored = found != stored_.end();
        const auto whose = [&] {
            return fmt::format("number {} of user {} in group {}", send.number, send.sender.value,
                               send.gid.value);
        };
        switch (send.fate) {
            case Fate::unknown:
                ++report_.unknown;
                report_.unknown_stored += stored ? 1 : 0;
                return;
            case Fate::refused:
                ++report_.refused;
                if (stored) tell(Violation::stored_refused, whose());
                return;
            case Fate::ok: break;
        }
        ++report_.ok;
        const Epoch now = newest(send.gid);
        if (!ledger_.kept(send.gid, send.epoch, now, send.seq) &&
            ledger_.kept(send.gid, send.epoch, now, Seq{})) {  // A fork was announced.
            ++report_.cut;
            return;
        }
        if (!final_ && !stored) return;  // On its way.
        if (!stored || found->second != send.seq) {
            tell(Violation::acked_not_stored,
                 whose() + fmt::format(", acknowledged at {}", send.seq.value));
        }
    }

    void check_view(const Ledger::View& view) {
        if (!final_ || view.has_left || view.excused) return;
        const Epoch epoch = newest(view.gid);
        const Log* log = ledger_.find_log(view.gid, epoch);
        if (log == nullptr) return;
        const Seq head = head_of(view.gid, *log);
        if (head <= view.floor || head.value == 0) return;
        if (view.started && view.last >= head &&
            ledger_.kept(view.gid, view.epoch, epoch, view.last)) {
            return;
        }
        tell(Violation::head_not_reached,
             fmt::format("receiver {} of group {} ended at {}, the head is {}", view.receiver,
                         view.gid.value, view.last.value, head.value));
    }

    const Ledger& ledger_;
    bool final_;
    Report report_;
    std::map<GroupId, Epoch> newest_;
    std::map<GroupId, Seq> acked_;
    std::unordered_map<Cmid, Seq> stored_;
};

Report Ledger::check(bool final) const { return Checker{*this, final}.run(); }

}  // namespace stentor::ledger
