#include <algorithm>
#include <boost/json.hpp>
#include <iterator>
#include <limits>
#include <ostream>
#include <ranges>
#include <stdexcept>
#include <string_view>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "store/archive/json_lines.h"
#include "store/archive/own_logs.h"
#include "store/archive/read.h"
#include "store/archive/records.h"

namespace stentor::archive {
namespace {

namespace json = boost::json;

constexpr std::size_t kRowsPerLook = 1'000;
// An import has a feed of its own, in which places of this one mean nothing.
constexpr std::string_view kFeedPlaces = "hook/";

class Writer {
public:
    Writer(store::Store& store, std::ostream& out, const ExportOptions& options,
           const Progress& progress)
        : store_{store}, out_{out}, options_{options}, progress_{progress} {}

    Counts write() {
        line({{"kind", "stentor-export"}, {"version", 2}, {"epoch", read(store_.epoch()).value}});
        write_users();
        for (const auto& each : read(store_.settings(""))) {
            if (each.name.starts_with(kFeedPlaces)) continue;
            line({{"kind", "setting"}, {"name", each.name}, {"value", base64(each.value)}});
        }
        for (GroupId after{};;) {
            const auto groups = read(store_.groups(after, kRowsPerLook));
            if (groups.empty()) break;
            for (const auto& group : groups) write_group(group.gid, group.head);
            after = groups.back().gid;
        }
        write_own_logs();
        write_audit();
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
        write_sent(gid);
        for (std::string after;;) {
            const auto invites = read(store_.invites(gid, after, kRowsPerLook));
            if (invites.empty()) break;
            for (const store::InviteRow& row : invites) line(line_of(gid, row));
            after = invites.back().code;
        }
        for (const auto& row :
             std::views::reverse(read(store_.moderation(gid, 0, limits::kModerationRows)))) {
            line(line_of(gid, row));
        }
    }

    // All that the store keeps, in an order: two exports of one record are the same bytes.
    void write_sent(GroupId gid) {
        auto sent = read(store_.sent_since(gid, Time{}, std::numeric_limits<std::size_t>::max()));
        std::ranges::sort(sent, {}, [](const store::SentRow& row) {
            return std::pair{row.uid.value, row.cmid.view()};
        });
        for (const store::SentRow& row : sent) line(line_of(gid, row));
    }

    // "told": that the user's own log, which comes last, places it.
    void write_mine(GroupId gid, const store::HeadRow& head, UserId uid) {
        const OwnLogReader::Told told = own_logs_.told(uid, gid);
        json::array hidden;
        json::array hidden_told;
        json::array notes;
        json::array reactions;
        for (const Seq seq : read(store_.hidden(gid, uid, Seq{1}, head.seq))) {
            (told.hidden.contains(seq) ? hidden_told : hidden).emplace_back(seq.value);
        }
        for (const auto& row : notes_of(gid, uid, head.seq)) {
            json::object note{{"anchor", row.anchor.value}, {"bytes", base64(row.note)}};
            if (told.notes.contains(row.user_log_seq)) note["told"] = true;
            notes.emplace_back(std::move(note));
        }
        for (const auto& row : read(store_.reactions_of(gid, uid, Seq{1}, head.seq))) {
            reactions.emplace_back(json::array{row.seq.value, row.emoji});
        }
        line({{"kind", "mine"},
              {"gid", gid.value},
              {"uid", uid.value},
              {"hidden", std::move(hidden)},
              {"hidden_told", std::move(hidden_told)},
              {"notes", std::move(notes)},
              {"reactions", std::move(reactions)}});
    }

    // A look tells the newest kNotesPerPage of a range, so a full one is asked for in halves.
    std::vector<store::NoteRow> notes_of(GroupId gid, UserId uid, Seq last) {
        std::vector<store::NoteRow> all;
        std::vector<std::pair<Seq, Seq>> ranges{{Seq{}, last}};
        while (!ranges.empty()) {
            const auto [from, to] = ranges.back();
            ranges.pop_back();
            auto rows = read(store_.notes(gid, uid, from, to));
            if (rows.size() >= limits::kNotesPerPage && from < to) {
                const Seq middle{from.value + (to.value - from.value) / 2};
                ranges.emplace_back(middle + 1, to);
                ranges.emplace_back(from, middle);
                continue;
            }
            std::ranges::move(rows, std::back_inserter(all));
        }
        return all;
    }

    void write_own_logs() {
        for (std::string after;;) {
            const auto users = read(store_.users_by_name("", after, kRowsPerLook));
            if (users.empty()) return;
            for (const store::UserRow& user : users) {
                for (const std::string& bytes : own_logs_.lines(user.uid)) {
                    line({{"kind", "own"}, {"uid", user.uid.value}, {"bytes", base64(bytes)}});
                }
            }
            after = users.back().name_key;
        }
    }

    // The oldest first, though a store tells the newest first: pages from the last to the first.
    void write_audit() {
        std::vector<std::uint64_t> pages{0};
        while (true) {
            const auto rows = read(store_.audit(pages.back(), kRowsPerLook));
            if (rows.size() < kRowsPerLook) break;
            pages.push_back(rows.back().number);
        }
        for (const std::uint64_t before : std::views::reverse(pages)) {
            for (const auto& row : std::views::reverse(read(store_.audit(before, kRowsPerLook)))) {
                line({{"kind", "audit"}, {"time_ms", to_ms(row.time)}, {"text", row.text}});
            }
        }
    }

    store::Store& store_;
    std::ostream& out_;
    const ExportOptions options_;
    const Progress& progress_;
    Counts counts_;
    std::uint64_t lines_{};
    OwnLogReader own_logs_{store_};
};

}  // namespace

Counts export_all(store::Store& store, std::ostream& out, const ExportOptions& options,
                  const Progress& progress) {
    return Writer{store, out, options, progress}.write();
}

}  // namespace stentor::archive
