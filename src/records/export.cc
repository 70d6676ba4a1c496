#include <boost/json.hpp>
#include <ostream>
#include <stdexcept>
#include <utility>

#include "base/limits.h"
#include "records/json_lines.h"
#include "records/records.h"

namespace stentor::records {
namespace {

namespace json = boost::json;

constexpr std::size_t kRowsPerLook = 1'000;

template <class Value>
Value read(Result<Value> value) {
    if (value) return std::move(*value);
    throw std::runtime_error{"the store cannot be read: " +
                             std::string{name_of(value.error().code)}};
}

class Writer {
public:
    Writer(store::Store& store, std::ostream& out, const ExportOptions& options,
           const Progress& progress)
        : store_{store}, out_{out}, options_{options}, progress_{progress} {}

    Counts write() {
        line({{"kind", "stentor-export"}, {"version", 1}, {"epoch", store_.epoch().value}});
        write_users();
        for (GroupId after{};;) {
            const auto groups = read(store_.groups(after, kRowsPerLook));
            if (groups.empty()) break;
            for (const auto& group : groups) write_group(group.gid, group.head);
            after = groups.back().gid;
        }
        line({{"kind", "end"}, {"lines", lines_}});
        out_.flush();
        if (!out_) throw std::runtime_error{"cannot write the export"};
        return counts_;
    }

private:
    void line(const json::object& object) {
        out_ << json::serialize(object) << '\n';
        ++lines_;
        if (!out_) throw std::runtime_error{"cannot write the export"};
        if (progress_ && lines_ % 100'000 == 0) progress_(counts_);
    }

    void write_users() {
        for (std::string after;;) {
            const auto users = read(store_.users_by_name("", after, kRowsPerLook));
            if (users.empty()) return;
            for (const store::UserRow& user : users) {
                line(line_of(user, options_.passwords));
                ++counts_.users;
            }
            after = users.back().name_key;
        }
    }

    void write_group(GroupId gid, const store::HeadRow& head) {
        line(line_of(gid, head));
        ++counts_.groups;
        std::vector<UserId> overlays;
        for (UserId after{};;) {
            const auto members = read(store_.members(gid, after, kRowsPerLook));
            if (members.empty()) break;
            for (const store::MemberRow& row : members) {
                line(line_of(gid, row));
                ++counts_.members;
                if (row.overlay) overlays.push_back(row.uid);
            }
            after = members.back().uid;
        }
        for (Seq from = head.floor + 1; from <= head.seq;) {
            const auto page = read(store_.entries(gid, from, limits::kRangeEntries));
            if (page.entries.empty()) throw std::runtime_error{"the log has a hole"};
            for (const LogEntry& entry : page.entries) {
                line(line_of(gid, entry));
                ++counts_.entries;
            }
            const Seq to = page.entries.back().seq;
            for (const auto& row : read(store_.tallies(gid, from, to))) line(line_of(gid, row));
            from = to + 1;
        }
        for (const UserId uid : overlays) write_mine(gid, head, uid);
    }

    void write_mine(GroupId gid, const store::HeadRow& head, UserId uid) {
        json::array hidden;
        json::array notes;
        json::array reactions;
        for (const Seq seq : read(store_.hidden(gid, uid, Seq{1}, head.seq))) {
            hidden.emplace_back(seq.value);
        }
        for (const auto& row : read(store_.notes(gid, uid, Seq{}, head.seq))) {
            notes.emplace_back(
                json::object{{"anchor", row.anchor.value}, {"bytes", base64(row.note)}});
        }
        for (const auto& row : read(store_.reactions_of(gid, uid, Seq{1}, head.seq))) {
            reactions.emplace_back(json::array{row.seq.value, row.emoji});
        }
        line({{"kind", "mine"},
              {"gid", gid.value},
              {"uid", uid.value},
              {"hidden", std::move(hidden)},
              {"notes", std::move(notes)},
              {"reactions", std::move(reactions)}});
    }

    store::Store& store_;
    std::ostream& out_;
    const ExportOptions options_;
    const Progress& progress_;
    Counts counts_;
    std::uint64_t lines_{};
};

}  // namespace

Counts export_all(store::Store& store, std::ostream& out, const ExportOptions& options,
                  const Progress& progress) {
    return Writer{store, out, options, progress}.write();
}

}  // namespace stentor::records
