// What stands beside the logs, and what is read in an order of its own.

#include <map>
#include <set>

#include "base/feed_number.h"
#include "store/rocks/rows.h"
#include "store/rocks/verify_look.h"
#include "store/user_log.h"
#include "wire/pb.h"

namespace stentor::store {
namespace {

// Of one block of one group: reactions come before their sums.
class Beside {
public:
    explicit Beside(Look& look) : look_(look) {}

    void on_row(std::string_view key, std::string_view value) {
        const auto gid = keys::parse_fixed(key.substr(0, std::min<std::size_t>(8, key.size())));
        const auto row = keys::parse_beside(key);
        if (!gid || !row) return look_.damaged("a row beside the logs has no key");
        if (GroupId{*gid} != gid_ || row->block != block_) finish();
        gid_ = {*gid};
        block_ = row->block;
        const HeadRow* head = look_.head_of(gid_);
        if (head == nullptr) return look_.damaged(at(gid_, row->seq) + ": there is no such group");
        const bool is_note = row->kind == keys::Kind::note;
        if (is_note ? row->seq < head->floor : row->seq <= head->floor) return;
        if (row->seq > head->seq) return look_.damaged(at(gid_, row->seq) + ": above the head");
        switch (row->kind) {
            case keys::Kind::hidden: return;
            case keys::Kind::note: {
                pb::Note note;
                if (!note.ParseFromString(std::string{value}))
                    look_.damaged(at(gid_, row->seq) + ": no note");
                return;
            }
            case keys::Kind::reaction: ++counts_[row->seq][std::string{row->rest}]; return;
            case keys::Kind::tally: return on_tally(row->seq, value);
        }
        look_.damaged(at(gid_, row->seq) + ": a row of no kind");
    }

    void finish() {
        for (const auto& [seq, counts] : counts_) {
            look_.damaged(at(gid_, seq) + " has reactions, but no sum of them");
        }
        counts_.clear();
    }

private:
    void on_tally(Seq seq, std::string_view value) {
        const auto row = rows::decode_tally(seq, value);
        if (!row) return look_.damaged(at(gid_, seq) + ": its sum of reactions is no row");
        const std::map<std::string, std::uint64_t> told{row->counts.begin(), row->counts.end()};
        if (told != counts_[seq]) {
            look_.damaged(at(gid_, seq) + ": the sum of reactions is not that of its reactions");
        }
        counts_.erase(seq);
    }

    Look& look_;
    GroupId gid_;
    std::uint64_t block_{};
    std::map<Seq, std::map<std::string, std::uint64_t>> counts_;
};

std::string log_of(std::uint64_t uid) { return "user " + std::to_string(uid) + "'s own log"; }

void verify_user_logs(Look& look) {
    std::map<std::uint64_t, std::uint64_t> newest;
    look.walk(look.base.rows, "default", keys::all_user_log_heads(),
              [&](std::string_view key, std::string_view value) {
                  const auto uid = keys::parse_numbered(key);
                  const auto number = rows::decode_number(value);
                  if (!uid || !number) return look.damaged("the head of a user's log is no row");
                  newest[*uid] = *number;
              });
    std::map<std::uint64_t, std::uint64_t> last;
    look.walk(
        look.base.rows, "default", keys::all_user_logs(),
        [&](std::string_view key, std::string_view value) {
            const std::uint64_t uid = keys::parse_fixed(key.substr(1, 8)).value_or(0);
            const auto line = rows::decode_user_log(value);
            pb::UserLogEntry entry;
            if (!line || !entry.ParseFromString(line->entry) ||
                entry.user_log_seq() != line->user_log_seq ||
                key != keys::user_log(UserId{uid}, place_of(line->user_log_seq))) {
                return look.damaged(log_of(uid) + " has a line that cannot be read");
            }
            const auto before = last.find(uid);
            if (before != last.end() &&
                place_of(before->second) + 1 != place_of(line->user_log_seq)) {
                look.damaged(log_of(uid) + " has a hole after " + std::to_string(before->second));
            }
            last[uid] = line->user_log_seq;
        });
    for (const auto& [uid, number] : newest) {
        const auto found = last.find(uid);
        if (found == last.end() || found->second != number) {
            look.damaged(log_of(uid) + " does not end at its head, " + std::to_string(number));
        }
    }
}

void verify_feed(Look& look) {
    std::uint64_t last = 0;
    look.walk(look.base.feed, "feed", "", [&](std::string_view key, std::string_view value) {
        const std::uint64_t number = keys::parse_fixed(key).value_or(0);
        const auto row = rows::decode_feed(number, value);
        const std::string what = "row " + std::to_string(number) + " of the feed";
        if (!row) return look.damaged(what + " cannot be read");
        if (last != 0 && feed_place(number) != feed_place(last) + 1) {
            look.damaged(what + " comes after a hole");
        }
        last = number;
        const HeadRow* head = look.head_of(row->gid);
        if (head == nullptr) return look.damaged(what + " is of no group");
        if (row->last > head->seq) look.damaged(what + " tells of entries above the head");
    });
}

void verify_accounts(Look& look) {
    std::map<std::uint64_t, std::uint64_t> uids;
    look.walk(look.base.rows, "default", keys::account_changes(),
              [&](std::string_view key, std::string_view value) {
                  const auto number = keys::parse_numbered(key);
                  const auto uid = rows::decode_number(value);
                  if (!number || !uid) return look.damaged("a change of an account is no row");
                  uids[*number] = *uid;
              });
    std::size_t matched = 0;
    look.walk(look.base.rows, "default", keys::account_change_of(),
              [&](std::string_view key, std::string_view value) {
                  const auto uid = keys::parse_numbered(key);
                  const auto found = uids.find(rows::decode_number(value).value_or(0));
                  if (uid && found != uids.end() && found->second == *uid) {
                      ++matched;
                  } else {
                      look.damaged("user " + std::to_string(uid.value_or(0)) +
                                   "'s newest change is missing");
                  }
              });
    if (matched < uids.size()) look.damaged("changes of accounts stand twice");
    look.walk(look.base.rows, "default", keys::audits(),
              [&](std::string_view key, std::string_view value) {
                  const auto number = keys::parse_numbered(key);
                  if (!number || !rows::decode_audit(*number, value)) {
                      look.damaged("a row of the audit cannot be read");
                  }
              });
}

}  // namespace

void verify_beside(Look& look) {
    Beside beside{look};
    look.walk(look.base.beside, "beside", "",
              [&](std::string_view key, std::string_view value) { beside.on_row(key, value); });
    beside.finish();
}

void verify_lists(Look& look) {
    verify_user_logs(look);
    verify_feed(look);
    verify_accounts(look);
    look.walk(look.base.rows, "default", keys::all_invites(),
              [&](std::string_view key, std::string_view value) {
                  const auto gid = keys::parse_fixed(key.substr(1, 8));
                  if (!gid || !rows::decode_invite("", value)) {
                      look.damaged("an invite of group " + std::to_string(gid.value_or(0)) +
                                   " is no row");
                  }
              });
    look.walk(look.base.rows, "default", keys::all_moderation(),
              [&](std::string_view key, std::string_view value) {
                  const auto place = keys::parse_moderation(key);
                  if (!place || !rows::decode_moderation(place->number, value)) {
                      look.damaged("a row of a moderation log cannot be read");
                  }
              });
    look.walk(look.base.rows, "default", keys::all_changes(), [&](auto key, auto value) {
        if (key.size() != keys::change({}, 0).size() || !rows::decode_change(value)) {
            look.damaged("what a commit changed cannot be read");
        }
    });
    look.walk(look.base.rows, "default", keys::setting(""), [](auto, auto) {});
}

}  // namespace stentor::store
