#include "store/replica/messages.h"

#include <gtest/gtest.h>

namespace stentor::replica {
namespace {

// Cut or longer: nothing, and never a message with wrong fields.
template <class Decode>
void expect_strict(const std::string& bytes, Decode decode) {
    EXPECT_TRUE(decode(bytes));
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        EXPECT_FALSE(decode(std::string_view{bytes}.substr(0, size))) << size;
    }
    EXPECT_FALSE(decode(bytes + '\0'));
}

TEST(ReplicaMessages, ReadBackExactlyWhatWasWritten) {
    Hello hello{.nonce = draw_nonce(), .line = ~std::uint64_t{0}, .position = 300};
    hello.proof[31] = 9;
    const auto heard = decode_hello(encode(hello));
    ASSERT_TRUE(heard);
    EXPECT_EQ(heard->nonce, hello.nonce);
    EXPECT_EQ(heard->proof, hello.proof);
    EXPECT_EQ(heard->line, hello.line);
    EXPECT_EQ(heard->position, hello.position);
    expect_strict(encode(hello), decode_hello);
    expect_strict(encode(std::uint64_t{258}), decode_number);

    const Updates updates{
        .all = true, .strict = true, .latest = 12, .updates = {{10, 11, "first"}, {12, 12, ""}}};
    const auto taken = decode_updates(encode(updates));
    ASSERT_TRUE(taken);
    EXPECT_EQ(taken->updates, updates.updates);
    EXPECT_EQ(taken->latest, 12U);
    EXPECT_TRUE(taken->all && taken->strict);
}

TEST(ReplicaMessages, UpdatesThatAreCutOffAreRefused) {
    const std::string bytes = encode(Updates{.latest = 1, .updates = {{1, 1, "abc"}}});
    for (std::size_t size = 10; size < bytes.size(); ++size) {
        EXPECT_FALSE(decode_updates(std::string_view{bytes}.substr(0, size))) << size;
    }
    std::string odd = bytes;
    odd[0] = 4;
    EXPECT_FALSE(decode_updates(odd)) << "a flag that nobody knows";
    odd = bytes;
    odd[25] = '\x7f';
    EXPECT_FALSE(decode_updates(odd)) << "a size beyond the end";
}

TEST(ReplicaMessages, AProofIsOfOneKeyOneRoleAndOneConversation) {
    const Key key = derive_key(std::array<std::uint8_t, 32>{1});
    const Nonce a = draw_nonce();
    const Nonce b = draw_nonce();
    const Mac proof = proof_of(key, "leader", a, b);
    EXPECT_TRUE(same(proof, proof_of(key, "leader", a, b)));
    EXPECT_FALSE(same(proof, proof_of(key, "follower", a, b)));
    EXPECT_FALSE(same(proof, proof_of(key, "leader", b, a)));
    EXPECT_FALSE(
        same(proof, proof_of(derive_key(std::array<std::uint8_t, 32>{2}), "leader", a, b)));
}

}  // namespace
}  // namespace stentor::replica
