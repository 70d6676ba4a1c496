#include "node/cache/asks.h"

#include <utility>
#include <variant>

#include "node/cache/catch_up.h"
#include "node/cache/opens.h"
#include "node/cache/overlay.h"
#include "node/cache/pulls.h"
#include "node/cache/resets.h"

namespace stentor::cache {

AskId ask(CacheState& cache, PartitionId partition, Asked asked, bus::Question question) {
    const AskId id = cache.next_ask++;
    cache.asked.emplace(id, std::move(asked));
    cache.port.ask(id, partition, std::move(question));
    return id;
}

AskId ask(CacheState& cache, GroupId gid, Asked asked, bus::Question question) {
    return ask(cache, partition_of(gid), std::move(asked), std::move(question));
}

void UserSessionsPort::ask(HelloAsk asked, bus::Question question) {
    cache::ask(cache_, partition_of(asked.uid), Asked{asked}, std::move(question));
}
void UserSessionsPort::ask(UserLogAsk asked, bus::Question question) {
    cache::ask(cache_, partition_of(asked.uid), Asked{asked}, std::move(question));
}
void UserSessionsPort::ask(BadgeAsk asked, bus::Question question) {
    cache::ask(cache_, partition_of(asked.gid), Asked{asked}, std::move(question));
}
void UserSessionsPort::tell(const ConnectionToken& connection, std::string payload) {
    cache_.port.told({.connection = connection}, std::move(payload));
}
void UserSessionsPort::badges(const ConnectionToken& connection, const pb::Pulse& pulse) {
    cache_.port.badges(connection, pulse);
}
void UserSessionsPort::expel(const ConnectionToken& connection, const Error& error) {
    cache_.port.expel(connection, error);
}

void Cache::on_reply(AskId id, Result<bus::Reply> reply, Time now) {
    CacheState& cache = *state_;
    auto node = cache.asked.extract(id);
    if (node.empty()) return;
    Asked asked = std::move(node.mapped());
    if (auto* open = std::get_if<PendingOpen>(&asked)) {
        Result<bus::OpenAnswer> answer =
            std::unexpected(Error{.code = Code::internal, .where = "reply"});
        if (!reply) {
            answer = std::unexpected(reply.error());
        } else if (auto* opened = std::get_if<bus::OpenAnswer>(&*reply)) {
            answer = std::move(*opened);
        }
        on_open_reply(cache, id, std::move(*open), std::move(answer), now);
    } else if (auto* page = std::get_if<PageLoad>(&asked)) {
        on_page(cache, std::move(*page), std::move(reply), now);
    } else if (const auto* catching = std::get_if<CatchUp>(&asked)) {
        on_caught_up(cache, *catching, std::move(reply), now);
    } else if (const auto* near = std::get_if<NearAsk>(&asked)) {
        on_near_reply(cache, *near, reply, now);
    } else if (auto* stays = std::get_if<AskedStays>(&asked)) {
        on_stays(cache, std::move(*stays), reply, now);
    } else if (auto* opening = std::get_if<OpenOverlay>(&asked)) {
        on_open_overlay(cache, std::move(opening->open), std::move(reply), now);
    } else if (auto* pulling = std::get_if<PullOverlay>(&asked)) {
        on_pull_overlay(cache, std::move(pulling->pull), std::move(reply), now);
    } else if (const auto* hello = std::get_if<HelloAsk>(&asked)) {
        cache.users.on_hello_reply(*hello, std::move(reply));
    } else if (const auto* log = std::get_if<UserLogAsk>(&asked)) {
        cache.users.on_user_log_reply(*log, std::move(reply));
    } else if (const auto* badge = std::get_if<BadgeAsk>(&asked)) {
        cache.users.on_badge_reply(*badge, std::move(reply));
    }
}

}  // namespace stentor::cache
