#include "client/terminal/chat.h"

#include <array>
#include <cstring>
#include <memory>

#include "client/terminal/harmless.h"
#include "client/terminal/words.h"

namespace stentor::terminal {
namespace {

std::shared_ptr<const client::Settings> settings() {
    auto made = std::make_shared<client::Settings>();
    made->says_here = true;
    made->name = "stentor-chat/1";
    return made;
}

}  // namespace

Chat::Chat(client::Host& host, std::string token, DeviceId device)
    : client_{host, settings(), std::move(token), device} {}

Epoch Chat::epoch() const {
    const client::GroupCursor* cursor = client_.cursor(group_.gid);
    return cursor == nullptr ? Epoch{} : cursor->epoch();
}

client::Moment Chat::moment() {
    const std::uint64_t high = random_();
    return {.now = now(), .random = (high << 32U) | random_()};
}

Cmid Chat::make_cmid() {
    std::array<std::uint8_t, 10> random{};
    const std::uint64_t first = moment().random;
    const std::uint64_t more = moment().random;
    std::memcpy(random.data(), &first, 8);
    std::memcpy(random.data() + 8, &more, 2);
    return Cmid::made_at(server_time(), random);
}

void Chat::ask(pb::ClientFrame frame) {
    const std::uint32_t request = client_.ask(moment(), std::move(frame));
    if (request == 0) return say("not now: there is no connection");
    asked_.insert(request);
}

void Chat::post(pb::Body body) {
    const client::GroupCursor* cursor = client_.cursor(group_.gid);
    client_.post(moment(), group_.gid, make_cmid(), body.SerializeAsString(),
                 cursor == nullptr ? Seq{} : cursor->seq());
}

void Chat::open_wanted() {
    if (!wanted_ || !client_.ready()) return;
    leave_group();
    group_ = OpenGroup{std::exchange(wanted_, {})};
    opening_ = true;
    client_.watch(moment(), group_.gid);
}

void Chat::ask_names() {
    if (screen_.empty() || names_request_ != 0) return;
    pb::ClientFrame frame;
    for (const std::uint64_t uid : screen_.unnamed(limits::kUsersPerFetch)) {
        frame.mutable_fetch_users()->add_uids(uid);
    }
    names_request_ = client_.ask(moment(), std::move(frame));
}

void Chat::leave_group() {
    const client::GroupCursor* cursor = client_.cursor(group_.gid);
    if (cursor == nullptr) return;
    if (cursor->holds_something()) {
        // Unanswered if it must be: it only says what was read.
        static_cast<void>(client_.ask(moment(), client::read_command(place(cursor->seq()))));
    }
    client_.unwatch(moment(), group_.gid);
    group_.gid = {};
}

void Chat::show(const pb::Entry& entry, std::string_view mark) {
    std::string before{mark};
    before.append(std::to_string(entry.seq())).append(" ").append(clock_of(entry.time_ms()));
    before.append(entry.sender() == 0 ? " *" : " ");
    screen_.say(std::move(before), entry.sender(), words_of(entry));
    group_.on_shown(entry);
}

bool Chat::on_names(std::uint32_t request_id, const pb::ServerFrame& frame) {
    if (request_id != names_request_) return false;
    names_request_ = 0;
    for (const pb::User& user : frame.users().users()) {
        screen_.remember(user.uid(), harmless(user.name()));
    }
    if (frame.has_users()) screen_.number_the_unnamed();
    return true;
}

bool Chat::busy() const { return !client_.ready() || opening_ || wanted_ || !asked_.empty(); }

bool Chat::idle() const {
    const client::GroupCursor* cursor = client_.cursor(group_.gid);
    const bool shown = cursor == nullptr || cursor->seq() >= group_.awaited;
    return !busy() && shown && client_.unanswered() == 0 && screen_.empty() && client_.caught_up();
}

}  // namespace stentor::terminal
