#include "owner/questions.h"

#include <algorithm>
#include <utility>
#include <variant>

#include "base/limits.h"
#include "group/tallies.h"

namespace stentor::owner {
namespace {

// Asked after the page was read: what was published by then is not in the way.
Seq shown_head(const Sources& sources, GroupId gid, Seq stored) {
    const auto limit = sources.published == nullptr ? std::nullopt : sources.published->limit(gid);
    return limit ? std::min(*limit, stored) : stored;
}

}  // namespace

Result<bus::Reply> Questions::answer(const bus::Question& question) {
    return std::visit(
        [this](const auto& ask) -> Result<bus::Reply> {
            if constexpr (requires { answer_to(sources_, ask); }) return answer_to(sources_, ask);
            return std::unexpected(Error{.code = Code::unsupported, .where = "question"});
        },
        question);
}

Result<bus::Reply> answer_to(Sources& /*sources*/, const bus::AskOpen& /*ask*/) {
    return std::unexpected(Error{.code = Code::internal, .where = "open"});
}

Result<bus::Reply> answer_to(Sources& sources, const bus::AskEntries& ask) {
    const std::size_t count = std::min<std::size_t>(ask.count, limits::kRangeEntries);
    auto page = sources.store.entries(ask.gid, ask.from, count);
    if (!page) return std::unexpected(page.error());
    bus::EntriesAnswer answer{.digest_before = page->digest_before,
                              .epoch = page->head.epoch,
                              .head = shown_head(sources, ask.gid, page->head.seq),
                              .floor = page->head.floor,
                              .floor_digest = page->head.floor_digest};
    std::erase_if(page->entries, [&](const LogEntry& entry) { return entry.seq > answer.head; });
    if (!page->entries.empty()) {
        const auto tallies =
            sources.store.tallies(ask.gid, page->entries.front().seq, page->entries.back().seq);
        if (!tallies) return std::unexpected(tallies.error());
        for (const store::TallyRow& row : *tallies) answer.tallies.push_back(group::tally_of(row));
    }
    answer.entries = std::move(page->entries);
    return bus::Reply{std::move(answer)};
}

Result<bus::Reply> answer_to(Sources& sources, const bus::AskNear& ask) {
    const auto seq = sources.store.first_at(ask.gid, ask.time);
    if (!seq) return std::unexpected(seq.error());
    return bus::Reply{*seq};
}

}  // namespace stentor::owner
