#include "api/public/group_access.h"

#include <utility>

#include "api/public/accounts.h"
#include "base/time.h"

namespace stentor::api {
namespace {

Result<bus::MemberView> member_in(Result<bus::Reply> answer) {
    const auto opened = only<bus::OpenAnswer>(std::move(answer));
    if (!opened) {
        const bool none =
            opened.error().code == Code::not_found || opened.error().code == Code::not_a_member;
        return std::unexpected(none ? Error{.code = Code::not_found, .where = "group"}
                                    : opened.error());
    }
    return opened->member;
}

Result<void> may_post(const bus::MemberView& member, const std::optional<bus::GroupView>& group) {
    if (member.muted_until > now()) {
        return std::unexpected(Error{.code = Code::muted,
                                     .where = "group",
                                     .retry_after_ms = wait_ms(member.muted_until - now())});
    }
    const bool broadcast = group && group->settings.kind() == pb::GROUP_KIND_BROADCAST;
    if (broadcast && member.role < pb::ROLE_ADMIN) {
        return std::unexpected(
            Error{.code = Code::not_permitted, .where = "group", .rule = "broadcast"});
    }
    return {};
}

}  // namespace

void ask_reader(bus::Bus& bus, GroupId gid, UserId uid, Member done) {
    bus.ask(partition_of(gid), bus::AskOpen{.gid = gid, .uid = uid},
            [done = std::move(done)](Result<bus::Reply> answer) mutable {
                done(member_in(std::move(answer)));
            });
}

void ask_poster(bus::Bus& bus, GroupId gid, UserId uid, Member done) {
    bus.ask(partition_of(gid), bus::AskOpen{.gid = gid, .uid = uid, .with_view = true},
            [done = std::move(done)](Result<bus::Reply> answer) mutable {
                std::optional<bus::GroupView> group;
                if (answer && std::holds_alternative<bus::OpenAnswer>(*answer)) {
                    group = std::get<bus::OpenAnswer>(*answer).view;
                }
                const auto member = member_in(std::move(answer));
                if (!member) return done(member);
                if (const auto good = may_post(*member, group); !good) {
                    return done(std::unexpected(good.error()));
                }
                done(member);
            });
}

}  // namespace stentor::api
