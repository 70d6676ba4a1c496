// The chain of digests of each group, from its floor to its head; and the sends, each of which
// names an entry.

#include <algorithm>
#include <functional>
#include <tuple>

#include "store/rocks/rows.h"
#include "store/rocks/verify_look.h"

namespace stentor::store {
namespace {

struct SentAt {
    GroupId gid;
    Seq seq;
    std::uint64_t who{};

    [[nodiscard]] auto place() const { return std::tuple{gid, seq}; }
};

std::uint64_t who(UserId uid, const Cmid& cmid) {
    return std::hash<std::string_view>{}(cmid.view()) ^ (uid.value * 0x9e3779b97f4a7c15U);
}

class Chains {
public:
    explicit Chains(Look& look) : look_(look), next_head_(look.heads.begin()) {}

    void run() {
        read_sends();
        look_.walk(look_.base.entries, "entry", "",
                   [&](std::string_view key, std::string_view value) { on_row(key, value); });
        while (next_head_ != look_.heads.end()) begin_next();
        finish();
        for (; sent_ < sends_.size(); ++sent_) missing(sends_[sent_]);
        tell_lone();
    }

private:
    void read_sends() {
        look_.walk(look_.base.sent, "sent", "", [&](std::string_view key, std::string_view value) {
            const auto place = keys::parse_sent(key);
            const auto row =
                place ? rows::decode_sent(place->uid, place->cmid, value) : std::nullopt;
            if (!row) return look_.damaged("a sent row cannot be read");
            const HeadRow* head = look_.head_of(place->gid);
            if (head == nullptr) {
                return look_.damaged(at(place->gid, row->seq) + ": sent to no group");
            }
            if (row->seq <= head->floor) return;
            sends_.push_back({place->gid, row->seq, who(row->uid, row->cmid)});
        });
        std::ranges::sort(sends_, {}, &SentAt::place);
    }

    // Sends next to each other are told as one: a block that cannot be read holds hundreds.
    void missing(const SentAt& sent) {
        if (lone_ > 0 && sent.gid == last_lone_.gid && sent.seq <= last_lone_.seq + 1) {
            ++lone_;
        } else {
            tell_lone();
            first_lone_ = sent;
            lone_ = 1;
        }
        last_lone_ = sent;
    }

    void tell_lone() {
        const std::string first = at(first_lone_.gid, first_lone_.seq);
        if (lone_ == 1) look_.damaged(first + ": a send is stored, its entry is not");
        if (lone_ > 1) {
            look_.damaged(first + " to " + std::to_string(last_lone_.seq.value) + ": " +
                          std::to_string(lone_) + " sends are stored, their entries are not");
        }
        lone_ = 0;
    }

    // The group that comes next in the order of gid.
    void begin_next() {
        finish();
        gid_ = next_head_->first;
        head_ = &next_head_->second;
        ++next_head_;
        seq_ = head_->floor;
        digest_ = head_->floor_digest;
        ordinal_.reset();
    }

    void finish() {
        if (head_ == nullptr) return;
        if (seq_ != head_->seq) {
            look_.damaged(at(gid_, seq_ + 1) + " to " + std::to_string(head_->seq.value) +
                          " are missing");
        } else if (digest_ && *digest_ != head_->digest) {
            look_.damaged("group " + std::to_string(gid_.value) +
                          ": the chain does not end at the head's digest");
        } else if (ordinal_ && *ordinal_ != head_->ordinal) {
            look_.damaged("group " + std::to_string(gid_.value) + ": the head's ordinal is " +
                          std::to_string(head_->ordinal) + ", its last entry's " +
                          std::to_string(*ordinal_));
        }
        head_ = nullptr;
    }

    void on_row(std::string_view key, std::string_view value) {
        const auto gid = keys::parse_fixed(key.substr(0, std::min<std::size_t>(8, key.size())));
        const auto seq = keys::parse_entry(key);
        if (!gid || !seq) return look_.damaged("an entry's row has no key");
        ++look_.report.counts.entries;
        while (next_head_ != look_.heads.end() && next_head_->first <= GroupId{*gid}) begin_next();
        if (head_ == nullptr || gid_ != GroupId{*gid}) {
            finish();
            if (orphan_ != *gid) look_.damaged(at({*gid}, *seq) + ": there is no such group");
            orphan_ = *gid;
            return;
        }
        if (*seq <= head_->floor) return;  // A tombstone's leftovers are none.
        on_entry(*seq, value);
    }

    // What is missing is told; what comes behind is checked again from its first entry on.
    void on_entry(Seq seq, std::string_view value) {
        if (seq != seq_ + 1) {
            look_.damaged(at(gid_, seq_ + 1) + " to " + std::to_string(seq.value - 1) +
                          " are missing");
            lose_chain();
        }
        seq_ = seq;
        const auto entry = rows::decode_entry(seq, value);
        if (!entry) {
            lose_chain();
            return look_.damaged(at(gid_, seq) + " is no entry");
        }
        if (digest_ && !continues(*digest_, *entry)) {
            look_.damaged(at(gid_, seq) + " does not continue the chain of digests");
        }
        if (ordinal_ && *ordinal_ + (entry->countable ? 1 : 0) != entry->ordinal) {
            look_.damaged(at(gid_, seq) + " is counted wrongly");
        }
        digest_ = entry->digest;
        ordinal_ = entry->ordinal;
        on_sends(*entry);
    }

    void lose_chain() {
        digest_.reset();
        ordinal_.reset();
    }

    void on_sends(const LogEntry& entry) {
        const auto place = std::tuple{gid_, entry.seq};
        for (; sent_ < sends_.size() && sends_[sent_].place() < place; ++sent_) {
            missing(sends_[sent_]);
        }
        for (; sent_ < sends_.size() && sends_[sent_].place() == place; ++sent_) {
            if (sends_[sent_].who == who(entry.sender, entry.cmid)) continue;
            look_.damaged(at(gid_, entry.seq) + " is not what its send says");
        }
    }

    Look& look_;
    std::map<GroupId, HeadRow>::const_iterator next_head_;
    std::vector<SentAt> sends_;
    std::size_t sent_{};
    GroupId gid_;
    const HeadRow* head_{};
    Seq seq_;
    std::optional<Digest> digest_;  // Of the entry before, where it could be read.
    std::optional<std::uint64_t> ordinal_;
    std::uint64_t orphan_{};
    SentAt first_lone_;
    SentAt last_lone_;
    std::size_t lone_{};  // Sends from the one to the other.
};

}  // namespace

void verify_entries(Look& look) { Chains{look}.run(); }

}  // namespace stentor::store
