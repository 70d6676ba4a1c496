// Which entries hold these words: the index proposes, the record decides.

#include <algorithm>
#include <string>

#include "base/limits.h"
#include "base/number_text.h"
#include "owner/load.h"
#include "owner/question_sources.h"
#include "store/damage.h"
#include "store/verdict.h"

namespace stentor::owner {
namespace {

// A page goes on below the smallest seq that was looked at.
Result<Seq> start_of(const std::string& cursor) {
    if (cursor.empty()) return Seq{limits::kIdMax};
    const auto seq = number_in(cursor);
    if (!seq || *seq > limits::kIdMax) {
        return std::unexpected(Error{.code = Code::bad_field, .where = "search_entries.cursor"});
    }
    return Seq{*seq};
}

// Nothing at or below it is wanted.
Seq floor_of(const pb::SearchEntries& search) {
    return {search.from() > 0 ? search.from() - 1 : 0};
}

// Nothing at or above it is wanted.
Seq end_of(const pb::SearchEntries& search) {
    return {search.to() > 0 ? search.to() + 1 : limits::kIdMax};
}

}  // namespace

Result<bus::Reply> answer_to(Sources& sources, const bus::AskSearch& ask) {
    constexpr Error kNotFound{.code = Code::not_found, .where = "gid"};
    const GroupId gid{ask.search.gid()};
    const auto member = member_of(sources.store, gid, ask.asker);
    if (!member) return std::unexpected(member.error());
    // Exactly as if there were no such group.
    if (!*member || !store::is_member_now(**member)) return std::unexpected(kNotFound);
    const auto head = sources.store.head(gid);
    if (!head) return std::unexpected(head.error());
    if (sources.words == nullptr) {
        return std::unexpected(Error{.code = Code::unsupported, .where = "search_entries"});
    }
    const auto before = start_of(ask.search.cursor());
    if (!before) return std::unexpected(before.error());

    const Seq floor = std::max((*member)->floor, head->floor);
    const auto found = sources.words->find({.gid = gid,
                                            .words = ask.search.words(),
                                            .sender = {ask.search.sender()},
                                            .floor = std::max(floor, floor_of(ask.search)),
                                            .before = std::min(*before, end_of(ask.search)),
                                            .count_max = limits::kSearchPage});
    if (!found) return std::unexpected(found.error());
    pb::FoundEntries answer;
    answer.set_gid(gid.value);
    answer.set_epoch(head->epoch.value);
    for (const Seq seq : *found) {
        const auto page = sources.store.entries(gid, seq, 1);
        // Dropped since, or not to be read: the others are found all the same.
        const bool lost =
            !page && (page.error().code == Code::bad_range || store::is_damage(page.error()));
        if (!page && !lost) return std::unexpected(page.error());
        if (lost || page->entries.empty() || page->entries[0].recalled) continue;
        const auto hidden = hidden_by(sources.store, gid, **member, seq, seq);
        if (!hidden) return std::unexpected(hidden.error());
        if (!hidden->empty()) continue;
        answer.add_entries()->ParseFromString(*page->entries[0].bytes);
    }
    if (found->size() == limits::kSearchPage) answer.set_next(std::to_string(found->back().value));
    return bus::Reply{std::move(answer)};
}

}  // namespace stentor::owner
