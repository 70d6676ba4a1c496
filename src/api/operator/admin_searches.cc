// What the operator looks for in all groups: a name, and what was reported and nobody has decided.
// A request looks at a part of them and says where the next one goes on.

#include <algorithm>
#include <boost/json/array.hpp>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "api/http/query.h"
#include "api/http/responses.h"
#include "api/operator/admin_calls.h"
#include "api/public/names.h"
#include "base/limits.h"

namespace stentor::api {
namespace {

namespace json = boost::json;

constexpr std::size_t kGroupsSearched = 2'000;  // By name, in a request.
constexpr std::size_t kReasonsTold = 20;        // Of one entry.

class NameSearch : public std::enable_shared_from_this<NameSearch> {
public:
    NameSearch(AdminCall call, GroupId after, std::size_t count, const std::string& name)
        : bus_{call.parts.bus},
          reply_{std::move(call.reply)},
          after_{after},
          count_{count},
          wanted_{name_key(name)} {}

    void go() {
        ask_groups(bus_, after_, limits::kListPage,
                   [self = shared_from_this()](auto groups) { self->look(std::move(groups)); });
    }

private:
    void look(Result<pb::Groups> groups) {
        if (!groups) return reply_(refusal(groups.error()));
        for (const pb::GroupSummary& group : groups->groups()) {
            after_ = GroupId{group.gid()};
            ++searched_;
            if (!name_key(group.name()).contains(wanted_)) continue;
            found_.push_back(group_object(group));
            if (found_.size() == count_) return tell(after_.value);
        }
        if (std::cmp_less(groups->groups_size(), limits::kListPage)) return tell(0);
        if (searched_ >= kGroupsSearched) return tell(after_.value);
        go();
    }

    void tell(std::uint64_t next) {
        reply_(object_response(
            {{"groups", std::move(found_)}, {"next", next}, {"searched", searched_}}));
    }

    bus::Bus& bus_;
    Admin::Reply reply_;
    GroupId after_;
    std::size_t count_;
    std::string wanted_;
    json::array found_;
    std::size_t searched_{};
};

struct OpenReport {
    const pb::GroupSummary* group{};
    std::uint64_t epoch{};
    std::uint64_t seq{};
    std::uint64_t uid{};
    std::uint64_t time_ms{};  // Of the newest.
    std::uint64_t reports{};
    json::array reasons;
};

// Of a page of groups, one after the other.
class ReportSearch : public std::enable_shared_from_this<ReportSearch> {
public:
    explicit ReportSearch(AdminCall call) : bus_{call.parts.bus}, reply_{std::move(call.reply)} {}

    void go(GroupId after) {
        ask_groups(bus_, after, limits::kListPage, [self = shared_from_this()](auto groups) {
            if (!groups) return self->reply_(refusal(groups.error()));
            self->groups_ = std::move(*groups);
            self->look(0, 0);
        });
    }

private:
    // Rows below `before` of the group at this place.
    void look(int at, std::uint64_t before) {
        while (at < groups_.groups_size() && (groups_.groups(at).kind() != pb::GROUP_KIND_NORMAL ||
                                              is_closed(groups_.groups(at)))) {
            ++at;
        }
        if (at == groups_.groups_size()) return name();
        const GroupId gid{groups_.groups(at).gid()};
        bus::AskModeration ask{.asker = {}, .operator_rights = true, .fetch = {}};
        ask.fetch.set_gid(gid.value);
        ask.fetch.set_before(before);
        ask.fetch.set_count(limits::kListPage);
        bus_.ask(partition_of(gid), std::move(ask),
                 [self = shared_from_this(), at](Result<bus::Reply> answer) {
                     const auto page = only<pb::Moderation>(std::move(answer));
                     if (!page) {
                         // It may have been deleted meanwhile.
                         if (page.error().code != Code::not_found) {
                             return self->reply_(refusal(page.error()));
                         }
                         return self->after(at);
                     }
                     for (const pb::ModerationRow& row : page->rows()) self->take(at, row);
                     if (page->next() != 0) return self->look(at, page->next());
                     self->after(at);
                 });
    }

    // Newest first: what was decided is met before what it decided.
    void take(int at, const pb::ModerationRow& row) {
        const std::pair key{row.epoch(), row.seq()};
        if (row.kind() == pb::MODERATION_KIND_DISMISS || row.kind() == pb::MODERATION_KIND_RECALL) {
            decided_.insert(key);
        }
        if (row.kind() != pb::MODERATION_KIND_REPORT || decided_.contains(key)) return;
        OpenReport& open = open_[key];
        if (open.reports == 0) {
            open = {.group = &groups_.groups(at),
                    .epoch = row.epoch(),
                    .seq = row.seq(),
                    .uid = row.uid(),
                    .time_ms = row.time_ms()};
        }
        ++open.reports;
        if (open.reasons.size() < kReasonsTold) open.reasons.emplace_back(row.reason());
    }

    void after(int at) {
        for (auto& [key, open] : open_) all_.push_back(std::move(open));
        open_.clear();
        decided_.clear();
        look(at + 1, 0);
    }

    // Those who wrote what was reported.
    void name() {
        std::vector<UserId> uids;
        for (const OpenReport& open : all_) uids.push_back({open.uid});
        std::ranges::sort(uids);
        const auto rest = std::ranges::unique(uids);
        uids.erase(rest.begin(), rest.end());
        if (uids.empty()) return tell({});
        const PartitionId partition = partition_of(uids.front());
        bus_.ask(partition, bus::AskUsers{.asker = {}, .uids = std::move(uids)},
                 [self = shared_from_this()](Result<bus::Reply> answer) {
                     const auto users = only<pb::Users>(std::move(answer));
                     if (!users) return self->reply_(refusal(users.error()));
                     std::map<std::uint64_t, std::string> names;
                     for (const pb::User& user : users->users()) names[user.uid()] = user.name();
                     self->tell(names);
                 });
    }

    void tell(const std::map<std::uint64_t, std::string>& names) {
        std::ranges::sort(all_, std::greater<>{}, &OpenReport::time_ms);
        json::array reports;
        for (OpenReport& open : all_) {
            const auto author = names.find(open.uid);
            reports.push_back(json::object{{"gid", open.group->gid()},
                                           {"group", open.group->name()},
                                           {"epoch", open.epoch},
                                           {"seq", open.seq},
                                           {"uid", open.uid},
                                           {"author", author == names.end() ? "" : author->second},
                                           {"reports", open.reports},
                                           {"time_ms", open.time_ms},
                                           {"reasons", std::move(open.reasons)}});
        }
        const bool more = std::cmp_equal(groups_.groups_size(), limits::kListPage);
        const std::uint64_t last = more ? groups_.groups(groups_.groups_size() - 1).gid() : 0;
        reply_(object_response({{"reports", std::move(reports)}, {"next", last}}));
    }

    using Place = std::pair<std::uint64_t, std::uint64_t>;  // Epoch and number of an entry.
    bus::Bus& bus_;
    Admin::Reply reply_;
    pb::Groups groups_;
    std::map<Place, OpenReport> open_;  // Of the group that is looked at.
    std::set<Place> decided_;
    std::vector<OpenReport> all_;
};

}  // namespace

// ?after=GID&count=N&name=TEXT: those whose name has the text in it; `next` is where to go on, 0 at
// the end. A page may have none and still not be the last: only so many are looked at in a request.
void list_groups(AdminCall call) {
    const Query query{call.request.query};
    const auto count = query.number("count", 50, limits::kListPage);
    const auto after = query.number("after", 0, limits::kIdMax);
    if (!count) return call.reply(refusal(count.error()));
    if (*count == 0) return call.reply(refusal({.code = Code::bad_field, .where = "count"}));
    if (!after) return call.reply(refusal(after.error()));
    const std::string name = query.text("name");
    if (name.size() > limits::kNameBytes || !valid_utf8(name)) {
        return call.reply(
            refusal({.code = Code::bad_field, .where = "name", .limit = limits::kNameBytes}));
    }
    std::make_shared<NameSearch>(std::move(call), GroupId{*after}, *count, name)->go();
}

// ?after=GID: what is reported and not decided in the groups behind it, newest first; `next` is
// where to go on, 0 at the end.
void list_reports(AdminCall call) {
    const auto after = Query{call.request.query}.number("after", 0, limits::kIdMax);
    if (!after) return call.reply(refusal(after.error()));
    std::make_shared<ReportSearch>(std::move(call))->go({*after});
}

}  // namespace stentor::api
