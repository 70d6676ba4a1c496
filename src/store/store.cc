#include "store/store.h"

namespace stentor::store {
namespace {
constexpr Error kNo{.code = Code::unsupported, .where = "store"};
}
Result<std::vector<NamedMember>> Store::members_by_name(GroupId, std::string_view, const NamePlace&,
                                                        bool, std::size_t) {
    return std::unexpected(kNo);
}
Result<std::optional<InviteRow>> Store::invite(GroupId, std::string_view) {
    return std::unexpected(kNo);
}
Result<std::vector<ReactionRow>> Store::reactions_of(GroupId, UserId, Seq, Seq) {
    return std::unexpected(kNo);
}
Result<std::vector<TallyRow>> Store::tallies(GroupId, Seq, Seq) { return std::unexpected(kNo); }
Result<std::vector<Seq>> Store::hidden(GroupId, UserId, Seq, Seq) { return std::unexpected(kNo); }
Result<std::vector<NoteRow>> Store::notes(GroupId, UserId, Seq, Seq) {
    return std::unexpected(kNo);
}
Result<UserLogPage> Store::user_log(UserId, std::uint64_t, std::size_t) {
    return std::unexpected(kNo);
}
Result<std::vector<Store::GroupHead>> Store::groups(GroupId, std::size_t) {
    return std::unexpected(kNo);
}
Result<FeedPage> Store::feed(std::uint64_t, std::size_t) { return std::unexpected(kNo); }
Result<void> Store::forget_feed(std::uint64_t) { return std::unexpected(kNo); }
Result<void> Store::change_user(const UserRow&) { return std::unexpected(kNo); }
Result<std::vector<UserRow>> Store::users_by_name(std::string_view, std::string_view, std::size_t) {
    return std::unexpected(kNo);
}
Result<std::optional<std::string>> Store::setting(std::string_view) { return std::unexpected(kNo); }
Result<void> Store::set_setting(std::string_view, std::optional<std::string_view>) {
    return std::unexpected(kNo);
}
Result<std::vector<Store::Setting>> Store::settings(std::string_view) {
    return std::unexpected(kNo);
}
Result<Epoch> Store::raise_epoch() { return std::unexpected(kNo); }
}  // namespace stentor::store
