#pragma once
// Who is on this node, and what they have been told beside the groups that they watch: their own
// log, and badges of their other groups.
//
// Owner: the cache. Thread: the hub's. Losing it loses nothing: a device that connects again asks.
// Cost: 112 bytes for a user with one connection, one group and the announcements, 16 for each
// further group, 4 more in a small one; about 120 for a group, and 100 more once something old was
// changed there. A HeadMoved or a GroupMoved marks the users of a small group, and nobody of a
// large one: those are looked at once in a pulse's period, each at their turn. A marked row is one
// question to the owner, which says the exact count; to a row at 99+ new entries cost nothing until
// something is read there.
//
// Limits: kBadgeAsks questions under way, kBadgesWaiting rows marked (the others are found at their
// turn), kConnectionsPerUser, kGroupsListed rows.

#include <boost/container/small_vector.hpp>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/code.h"
#include "base/ids.h"
#include "base/limits.h"
#include "base/paged_array.h"
#include "base/storm.h"
#include "base/time.h"
#include "base/user_index.h"
#include "bus/bus.h"
#include "wire/pb.h"

namespace stentor::cache {

// What was asked, so that its answer finds its place.
struct HelloAsk {
    ConnectionToken connection;
    UserId uid;
    Time minted;
    std::uint64_t after{};
};
struct UserLogAsk {
    UserId uid;
};
struct BadgeAsk {
    UserId uid;
    GroupId gid;
    bool changed{};  // What the badge is to say: old entries are not what they were,
    bool renamed{};  // the group has another name.
};

class UserSessions {
public:
    class Port {
    public:
        Port() = default;
        Port(const Port&) = delete;
        Port& operator=(const Port&) = delete;
        virtual ~Port() = default;

        // Each is answered once, by the on_..._reply of its kind.
        virtual void ask(HelloAsk asked, bus::Question question) = 0;
        virtual void ask(UserLogAsk asked, bus::Question question) = 0;
        virtual void ask(BadgeAsk asked, bus::Question question) = 0;
        // A frame that is told unasked.
        virtual void tell(const ConnectionToken& connection, std::string payload) = 0;
        // Session::on_badges.
        virtual void badges(const ConnectionToken& connection, const pb::Pulse& pulse) = 0;
        // Session::on_expelled.
        virtual void expel(const ConnectionToken& connection, const Error& error) = 0;
    };

    explicit UserSessions(Port& effects) : fx_(effects) {}

    // ---- From shards. A seat taken: `seats` is 1, left: -1.
    void on_hello(const HelloAsk& hello);
    void on_gone(const ConnectionToken& connection, UserId uid);
    void on_seat(UserId uid, GroupId gid, int seats);

    // ---- From owners
    void on_nudge(const bus::Nudge& nudge);
    void on_hello_reply(const HelloAsk& asked, Result<bus::Reply> reply);
    void on_user_log_reply(const UserLogAsk& asked, Result<bus::Reply> reply);
    void on_badge_reply(const BadgeAsk& asked, Result<bus::Reply> reply);

    // About every second: badges are told, and whoever's turn it is is looked at.
    void on_tick(Time now, storm::Level level);

    [[nodiscard]] std::size_t size() const { return by_uid_.size(); }
    [[nodiscard]] bool is_here(UserId uid) const { return by_uid_.find(uid).has_value(); }

private:
    struct Row {  // Of one user in one group.
        GroupId gid;
        std::uint32_t head{};  // The low half of the head told.
        std::uint8_t unread{};
        std::uint8_t seats{};  // Of their connections here.
        bool marked : 1 {};    // A question about it is under way, or waits.
        bool member : 1 {};    // Else only seats are known: their groups were not told yet.
        bool changed : 1 {};   // To be said with the next badge that is asked for.
        bool renamed : 1 {};   // Likewise.
    };
    static_assert(sizeof(Row) == 16);
    static_assert(limits::kConnectionsPerUser <= UINT8_MAX);

    // Nothing of their log is told to a device before its Hello is answered: what it is told first
    // continues what it holds.
    struct Device {
        ConnectionToken connection;
        bool greeted{};
    };
    static constexpr std::uint64_t kNotKnown = UINT64_MAX;
    struct Person {
        UserId uid;
        std::uint64_t told = kNotKnown;  // Newest entry of their log. Not known: nor are the rows.
        // Most have one connection here, and many one group beside the announcements.
        boost::container::small_vector<Device, 1> devices;  // None: the place is free.
        boost::container::small_vector<Row, 2> rows;        // By gid.

        [[nodiscard]] bool known() const { return told != kNotKnown; }
    };
    static_assert(sizeof(Person) <= 112);
    using Place = std::uint32_t;  // In people_.

    // From here on everybody of a large group is looked at once, each at their turn.
    struct Since {
        std::uint64_t turn{};
        Place place{};
    };
    struct News {  // Beside new entries.
        std::string name;
        std::optional<Since> changed;
        std::optional<Since> renamed;
    };
    struct Heads {  // Of a group of somebody here.
        Seq head;
        std::vector<Place> members;  // Those here; of a small group only.
        std::unique_ptr<News> news;  // Once there was something.
        std::uint32_t rows{};
        bool large{};
    };

    [[nodiscard]] Place place_for(UserId uid);
    Person* find(UserId uid);
    static Row* row_of(Person& person, GroupId gid);
    static Row& row_with(Person& person, GroupId gid);
    void add_row(Place place, GroupId gid);
    void remove_row(Place place, GroupId gid);
    static void drop_if_unused(Person& person, GroupId gid);
    void count_out(Place place, GroupId gid);
    void take_groups(Place place, const bus::HelloAnswer& answer);
    void on_head_moved(const bus::HeadMoved& moved);
    void on_read_moved(const bus::ReadMoved& moved);
    void on_reaction_moved(const bus::ReactionMoved& moved);
    void on_duties_moved(const bus::DutiesMoved& moved);
    void on_group_moved(const bus::GroupMoved& moved);
    void on_user_log_moved(Person& person);
    void apply(Place place, const pb::UserLogEntry& entry);
    void tell_all(const Person& person, const pb::UserLog& log);
    void tell_once(const Person& person, pb::UserLogEntry entry);
    void mark(Person& person, Row& row);
    void mark_news(Person& person, Row& row, bool changed, bool renamed);
    [[nodiscard]] bool is_due(const std::optional<Since>& since, Place place) const;
    void look_at(Place place);
    void pump();
    void turn_badges(Time now, storm::Level level);

    Port& fx_;
    struct UserAt {
        const PagedArray<Person>* people;
        UserId operator()(Place place) const { return (*people)[place].uid; }
    };

    PagedArray<Person> people_;
    std::vector<Place> free_;
    UserIndex<UserAt> by_uid_{UserAt{&people_}};
    // Whose log is asked for, or has moved before it was known here; whether it has moved since.
    std::unordered_map<UserId, bool> logs_asked_;
    std::unordered_map<GroupId, Heads> heads_;
    std::deque<BadgeAsk> waiting_;
    std::size_t asks_left_ = 0;  // Of `waiting_`, from its front: those of this turn.
    std::unordered_map<UserId, pb::Pulse> badges_;  // Not told yet.
    Time badges_again_;                             // When they are told next.
    std::vector<HelloAsk> retries_;                 // To be asked again at the next tick.
    std::size_t asks_under_way_ = 0;
    std::uint64_t turn_ = 0;
    Time turn_began_;
    Place next_turn_ = 0;
};

}  // namespace stentor::cache
