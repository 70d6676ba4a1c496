#include <algorithm>
#include <boost/json.hpp>
#include <exception>
#include <istream>
#include <optional>
#include <stdexcept>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "base/shared_bytes.h"
#include "store/archive/json_lines.h"
#include "store/archive/own_logs.h"
#include "store/archive/read.h"
#include "store/archive/records.h"
#include "store/verdict.h"
#include "wire/pb.h"

namespace stentor::archive {
namespace {

namespace json = boost::json;

// Rows of one group that go into one commit.
constexpr std::size_t kRowsPerCommit = 2'000;
constexpr std::uint64_t kBytesBetween = std::uint64_t{1} << 20U;
constexpr std::uint64_t kNewestVersion = 2;  // 1 was of version 0.1.0

class Reader {
public:
    Reader(store::Store& store, Epoch least, const Between& between)
        : store_{store}, least_{least}, between_{between}, term_{a_term(store)} {}

    Counts read(std::istream& in) {
        std::string line;
        while (std::getline(in, line)) {
            ++lines_;
            try {
                on_line(line);
            } catch (const std::exception& error) {
                throw std::runtime_error{"line " + std::to_string(lines_) + ": " + error.what()};
            }
            bytes_ += line.size();
            if (between_ && bytes_ >= next_look_) {
                between_(bytes_);
                next_look_ = bytes_ + kBytesBetween;
            }
        }
        if (!ended_) throw std::runtime_error{"the file is cut off: it has no last line"};
        return counts_;
    }

private:
    static Term a_term(store::Store& store) {
        const auto term = store.next_term();
        if (!term) throw std::runtime_error{"the store cannot be written"};
        return *term;
    }

    void on_line(const std::string& text_of_line) {
        json::error_code problem;
        const json::value value = json::parse(text_of_line, problem);
        if (problem || !value.is_object()) throw std::runtime_error{"no JSON object"};
        const json::object& line = value.get_object();
        const std::string kind = text(line, "kind");
        if (lines_ == 1) return on_first(kind, line);
        if (ended_) throw std::runtime_error{"behind the end"};
        if (kind == "user") return on_user(user_of(line));
        if (kind == "setting") return on_setting(line);
        if (kind == "own") return on_own(line);
        if (kind == "audit") return on_audit(line);
        if (kind == "end") return on_end(line);
        if (kind == "group") {
            finish_group();
            return start_group({number(line, "gid")}, head_of(line));
        }
        on_line_of_group(kind, line);
    }

    void on_line_of_group(const std::string& kind, const json::object& line) {
        if (kind == "entry") return on_entry(line);
        if (kind == "mine") return on_mine(line);
        if (kind == "member") {
            group(line);
            pending_.members.push_back(member_of(line));
            ++counts_.members;
        } else if (kind == "tally") {
            group(line);
            pending_.tallies.push_back(tally_of(line));
        } else if (kind == "sent") {
            group(line);
            pending_.sent.push_back(sent_of(line));
        } else if (kind == "invite") {
            group(line);
            pending_.invites.push_back(invite_of(line));
        } else if (kind == "moderation") {
            group(line);
            pending_.moderation.push_back(moderation_of(line));
        } else {
            throw std::runtime_error{"kind " + kind + " is unknown"};
        }
        commit_if_full();
    }

    // A new epoch: readers elsewhere hold numbers of the one that was exported.
    void on_first(const std::string& kind, const json::object& line) {
        if (kind != "stentor-export") throw std::runtime_error{"this is no export"};
        if (number(line, "version") > kNewestVersion) {
            throw std::runtime_error{"of a later version"};
        }
        exported_ = {number(line, "epoch")};
        const Epoch next{exported_.value + 1};
        if (!store_.raise_epoch(
                std::max({next, least_, Epoch{archive::read(store_.epoch()).value + 1}}))) {
            throw std::runtime_error{"the store cannot be written"};
        }
    }

    void on_setting(const json::object& line) {
        if (!store_.set_setting(text(line, "name"), from_base64(text(line, "value")))) {
            throw std::runtime_error{"the store does not take the setting"};
        }
    }

    void on_own(const json::object& line) {
        finish_group();
        own_logs_.add({number(line, "uid")}, from_base64(text(line, "bytes")));
    }

    void on_audit(const json::object& line) {
        audit_.push_back({.time = from_ms(number(line, "time_ms")), .text = text(line, "text")});
        if (audit_.size() >= kRowsPerCommit) add_audit();
    }

    void add_audit() {
        if (!audit_.empty() && !store_.add_audit(std::exchange(audit_, {}))) {
            throw std::runtime_error{"the store cannot be written"};
        }
    }

    void on_end(const json::object& line) {
        finish_group();
        own_logs_.flush();
        add_audit();
        if (number(line, "lines") != lines_ - 1) throw std::runtime_error{"lines are missing"};
        ended_ = true;
    }

    void on_user(const store::UserRow& user) {
        const auto added = store_.add_user(user);
        if (!added && added.error().code == Code::name_taken) {
            throw std::runtime_error{"a user of this name or number is there already: " +
                                     user.name};
        }
        if (!added) throw std::runtime_error{"the store cannot be written"};
        ++counts_.users;
    }

    // ---- One group at a time: `head_` is what is written, `goal_` what it must become

    void start_group(GroupId gid, const store::HeadRow& goal) {
        if (store_.head(gid)) {
            throw std::runtime_error{"the group is there already: " + std::to_string(gid.value)};
        }
        gid_ = gid;
        goal_ = goal;
        if (goal_.epoch == Epoch{}) goal_.epoch = exported_;
        if (!store::take(goal_, term_, archive::read(store_.epoch()))) {
            throw std::runtime_error{"epoch is above the exported record's"};
        }
        head_ = goal_;
        head_.version = 0;
        head_.seq = goal.floor;
        head_.digest = goal.floor_digest;
        if (goal.floor != goal.seq) {  // Else there is no entry to tell them.
            head_.ordinal = 0;
            head_.time = {};
        }
        pending_ = {};
        ++counts_.groups;
        commit();
    }

    void finish_group() {
        if (!gid_) return;
        commit();
        if (head_.seq != goal_.seq || head_.digest != goal_.digest ||
            head_.ordinal != goal_.ordinal) {
            throw std::runtime_error{"the entries of group " + std::to_string(gid_->value) +
                                     " do not lead to its digest"};
        }
        gid_.reset();
    }

    void group(const json::object& line) const {
        if (!gid_ || gid_->value != number(line, "gid")) {
            throw std::runtime_error{"gid is not of the group above"};
        }
    }

    void on_entry(const json::object& line) {
        group(line);
        const Seq last = pending_.entries.empty() ? head_.seq : pending_.entries.back().seq;
        const Digest before =
            pending_.entries.empty() ? head_.digest : pending_.entries.back().digest;
        pb::Entry parsed;
        const std::string bytes = from_base64(text(line, "bytes"));
        if (!parsed.ParseFromString(bytes)) throw std::runtime_error{"bytes are no entry"};
        auto entry = parse_log_entry(share(bytes), digest_after(before, parsed));
        if (!entry || entry->seq != last + 1) throw std::runtime_error{"seq does not follow"};
        pending_.entries.push_back(std::move(*entry));
        ++counts_.entries;
        commit_if_full();
    }

    void on_mine(const json::object& line) {
        group(line);
        const UserId uid{number(line, "uid")};
        store::UserEvent hides{.uid = uid};
        for (const json::value& each : line.at("hidden").as_array()) {
            hides.hidden.push_back({each.to_number<std::uint64_t>()});
        }
        if (!hides.hidden.empty()) {
            pb::UserLogEntry event;
            event.set_gid(gid_->value);
            for (const Seq seq : hides.hidden) event.mutable_hidden()->add_seqs(seq.value);
            hides.entry = event.SerializeAsString();
            pending_.user_events.push_back(std::move(hides));
        }
        for (const json::value& each : line.at("notes").as_array()) {
            const json::object& note = each.as_object();
            if (flag(note, "told")) continue;
            pb::UserLogEntry event;
            event.set_gid(gid_->value);
            if (!event.mutable_note()->ParseFromString(from_base64(text(note, "bytes")))) {
                throw std::runtime_error{"notes are none"};
            }
            pending_.user_events.push_back({.uid = uid,
                                            .entry = event.SerializeAsString(),
                                            .note = true,
                                            .anchor = {number(note, "anchor")}});
        }
        for (const json::value& each : line.at("reactions").as_array()) {
            const json::array& pair = each.as_array();
            pending_.reactions.push_back({.uid = uid,
                                          .seq = {pair.at(0).to_number<std::uint64_t>()},
                                          .emoji = std::string{pair.at(1).as_string()}});
        }
        commit_if_full();
    }

    void commit_if_full() {
        const std::size_t rows = pending_.entries.size() + pending_.members.size() +
                                 pending_.tallies.size() + pending_.reactions.size() +
                                 pending_.user_events.size() + pending_.sent.size() +
                                 pending_.invites.size() + pending_.moderation.size();
        if (rows >= kRowsPerCommit) commit();
    }

    void commit() {
        store::Commit commit = std::exchange(pending_, {});
        commit.gid = *gid_;
        commit.term = term_;
        commit.expected = head_.version;
        commit.head = head_;
        ++commit.head.version;
        if (!commit.entries.empty()) {
            const LogEntry& last = commit.entries.back();
            commit.head.seq = last.seq;
            commit.head.digest = last.digest;
            commit.head.ordinal = last.ordinal;
            commit.head.time = last.time;
        }
        if (store_.commit({&commit, 1})[0] != store::Outcome::done) {
            throw std::runtime_error{"the store did not take it"};
        }
        head_ = commit.head;
    }

    store::Store& store_;
    const Epoch least_;
    const Between& between_;
    const Term term_;
    Epoch exported_;
    std::vector<store::AuditRow> audit_;
    OwnLogWriter own_logs_{store_, term_};
    Counts counts_;
    std::uint64_t lines_{};
    std::uint64_t bytes_{};
    std::uint64_t next_look_{kBytesBetween};
    bool ended_{};
    std::optional<GroupId> gid_;
    store::HeadRow head_;
    store::HeadRow goal_;
    store::Commit pending_;
};

}  // namespace

Counts import_all(store::Store& store, std::istream& in, Epoch least, const Between& between) {
    return Reader{store, least, between}.read(in);
}

}  // namespace stentor::archive
