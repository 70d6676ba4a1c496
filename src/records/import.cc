#include <boost/json.hpp>
#include <exception>
#include <istream>
#include <optional>
#include <stdexcept>
#include <utility>

#include "base/limits.h"
#include "base/shared_bytes.h"
#include "records/json_lines.h"
#include "records/records.h"
#include "wire/pb.h"

namespace stentor::records {
namespace {

namespace json = boost::json;

// Rows of one group that go into one commit.
constexpr std::size_t kRowsPerCommit = 2'000;

class Reader {
public:
    Reader(store::Store& store, const Progress& progress) : store_{store}, progress_{progress} {
        const auto term = store_.next_term();
        if (!term) throw std::runtime_error{"the store cannot be written"};
        term_ = *term;
    }

    Counts read(std::istream& in) {
        std::string line;
        while (std::getline(in, line)) {
            ++lines_;
            try {
                on_line(line);
            } catch (const std::exception& error) {
                throw std::runtime_error{"line " + std::to_string(lines_) + ": " + error.what()};
            }
            if (progress_ && lines_ % 100'000 == 0) progress_(counts_);
        }
        if (!ended_) throw std::runtime_error{"the file is cut off: it has no last line"};
        return counts_;
    }

private:
    void on_line(const std::string& text_of_line) {
        json::error_code problem;
        const json::value value = json::parse(text_of_line, problem);
        if (problem || !value.is_object()) throw std::runtime_error{"no JSON object"};
        const json::object& line = value.get_object();
        const std::string kind = text(line, "kind");
        if (lines_ == 1) {
            if (kind != "stentor-export") throw std::runtime_error{"this is no export"};
            if (number(line, "version") != 1) throw std::runtime_error{"of a later version"};
        } else if (ended_) {
            throw std::runtime_error{"behind the end"};
        } else if (kind == "user") {
            on_user(user_of(line));
        } else if (kind == "group") {
            finish_group();
            start_group({number(line, "gid")}, head_of(line));
        } else if (kind == "member") {
            group(line);
            pending_.members.push_back(member_of(line));
            ++counts_.members;
            commit_if_full();
        } else if (kind == "entry") {
            on_entry(line);
        } else if (kind == "tally") {
            group(line);
            pending_.tallies.push_back(tally_of(line));
            commit_if_full();
        } else if (kind == "mine") {
            on_mine(line);
        } else if (kind == "end") {
            finish_group();
            if (number(line, "lines") != lines_ - 1) throw std::runtime_error{"lines are missing"};
            ended_ = true;
        } else {
            throw std::runtime_error{"kind " + kind + " is unknown"};
        }
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
        head_ = {.epoch = store_.epoch(),
                 .term = term_,
                 .seq = goal.floor,
                 .digest = goal.floor_digest,
                 .floor = goal.floor,
                 .floor_digest = goal.floor_digest,
                 .members = goal.members,
                 .creator = goal.creator,
                 .settings = goal.settings};
        pending_ = {};
        ++counts_.groups;
        commit();
    }

    void finish_group() {
        if (!gid_) return;
        commit();
        if (head_.seq != goal_.seq || head_.digest != goal_.digest) {
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
            pb::UserLogEntry event;
            event.set_gid(gid_->value);
            const json::object& note = each.as_object();
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
                                 pending_.user_events.size();
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
    const Progress& progress_;
    Term term_;
    Counts counts_;
    std::uint64_t lines_{};
    bool ended_{};
    std::optional<GroupId> gid_;
    store::HeadRow head_;
    store::HeadRow goal_;
    store::Commit pending_;
};

}  // namespace

Counts import_all(store::Store& store, std::istream& in, const Progress& progress) {
    return Reader{store, progress}.read(in);
}

}  // namespace stentor::records
