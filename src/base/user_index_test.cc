#include "base/user_index.h"

#include <gtest/gtest.h>

#include <random>
#include <unordered_map>
#include <vector>

namespace stentor {
namespace {

struct UserAt {
    const std::vector<UserId>* table;
    UserId operator()(std::uint32_t place) const { return (*table)[place]; }
};

TEST(UserIndex, FindsWhatAMapFindsThroughRandomComingAndGoing) {
    std::mt19937_64 random{7};
    std::vector<UserId> table(1'000);
    UserIndex<UserAt> index{UserAt{&table}};
    std::unordered_map<UserId, std::uint32_t> map;
    for (int step = 0; step < 50'000; ++step) {
        const auto place = static_cast<std::uint32_t>(random() % table.size());
        const UserId uid{1 + random() % 3'000};
        if (table[place]) {
            map.erase(table[place]);
            index.remove(place);
            table[place] = {};
        } else if (!map.contains(uid)) {
            table[place] = uid;
            map[uid] = place;
            index.add(place);
        }
        const auto expected = map.find(uid);
        const auto found = index.find(uid);
        ASSERT_EQ(found.has_value(), expected != map.end());
        if (found.has_value()) {
            ASSERT_EQ(*found, expected->second);
        }
        ASSERT_EQ(index.size(), map.size());
    }
}

}  // namespace
}  // namespace stentor
