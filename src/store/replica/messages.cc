#include "store/replica/messages.h"

#include <sodium/crypto_auth_hmacsha256.h>
#include <sodium/randombytes.h>
#include <sodium/utils.h>

#include <algorithm>

namespace stentor::replica {
namespace {

constexpr std::uint8_t kAll = 1;
constexpr std::uint8_t kStrict = 2;

static_assert(crypto_auth_hmacsha256_KEYBYTES == sizeof(Key));
static_assert(crypto_auth_hmacsha256_BYTES == sizeof(Mac));

const unsigned char* bytes_of(std::string_view text) {
    return reinterpret_cast<const unsigned char*>(text.data());
}

void put(std::string& out, std::uint64_t number) {
    for (unsigned i = 0; i < 8; ++i) out += static_cast<char>(number >> (56U - 8U * i));
}

void put(std::string& out, std::span<const std::uint8_t> bytes) {
    out.append(bytes.begin(), bytes.end());
}

// Once something is missing all later fields are zero and whole() says no.
class Reader {
public:
    explicit Reader(std::string_view in) : in_(in) {}

    std::string_view bytes(std::uint64_t size) {
        good_ = good_ && size <= in_.size();
        if (!good_) return {};
        const std::string_view taken = in_.substr(0, size);
        in_.remove_prefix(size);
        return taken;
    }
    std::uint64_t number() {
        std::uint64_t value = 0;
        for (const char byte : bytes(8)) value = (value << 8U) | static_cast<unsigned char>(byte);
        return value;
    }
    std::uint8_t byte() {
        const std::string_view one = bytes(1);
        return one.empty() ? std::uint8_t{0} : static_cast<std::uint8_t>(one[0]);
    }
    template <std::size_t kSize>
    std::array<std::uint8_t, kSize> array() {
        std::array<std::uint8_t, kSize> taken{};
        std::ranges::copy(bytes(kSize), taken.begin());
        return taken;
    }
    void require(bool holds) { good_ = good_ && holds; }
    [[nodiscard]] bool more() const { return good_ && !in_.empty(); }
    [[nodiscard]] bool whole() const { return good_ && in_.empty(); }

private:
    std::string_view in_;
    bool good_ = true;
};

}  // namespace

Mac proof_of(const Key& key, std::string_view role, const Nonce& leader, const Nonce& follower) {
    std::string said{role};
    put(said, leader);
    put(said, follower);
    Mac mac{};
    crypto_auth_hmacsha256(mac.data(), bytes_of(said), said.size(), key.data());
    return mac;
}

bool same(const Mac& a, const Mac& b) { return sodium_memcmp(a.data(), b.data(), a.size()) == 0; }

Nonce draw_nonce() {
    Nonce nonce{};
    randombytes_buf(nonce.data(), nonce.size());
    return nonce;
}

Key derive_key(std::span<const std::uint8_t, 32> secret) {
    constexpr std::string_view kPurpose = "stentor replica 1";
    Key key{};
    crypto_auth_hmacsha256(key.data(), bytes_of(kPurpose), kPurpose.size(), secret.data());
    return key;
}

std::string encode(const Hello& hello) {
    std::string out;
    put(out, hello.nonce);
    put(out, hello.proof);
    put(out, hello.line);
    put(out, hello.position);
    return out;
}

std::optional<Hello> decode_hello(std::string_view bytes) {
    Reader in{bytes};
    Hello hello;
    hello.nonce = in.array<32>();
    hello.proof = in.array<32>();
    hello.line = in.number();
    hello.position = in.number();
    return in.whole() ? std::optional{hello} : std::nullopt;
}

std::string encode(const Updates& updates) {
    std::string out;
    out += static_cast<char>((updates.all ? kAll : 0) | (updates.strict ? kStrict : 0));
    put(out, updates.latest);
    for (const store::Update& update : updates.updates) {
        put(out, update.first);
        put(out, update.last);
        put(out, update.bytes.size());
        out += update.bytes;
    }
    return out;
}

std::optional<Updates> decode_updates(std::string_view bytes) {
    Reader in{bytes};
    Updates updates;
    const std::uint8_t flags = in.byte();
    in.require(flags <= (kAll | kStrict));
    updates.all = (flags & kAll) != 0;
    updates.strict = (flags & kStrict) != 0;
    updates.latest = in.number();
    while (in.more()) {
        store::Update update{.first = in.number(), .last = in.number()};
        update.bytes = in.bytes(in.number());
        updates.updates.push_back(std::move(update));
    }
    return in.whole() ? std::optional{std::move(updates)} : std::nullopt;
}

std::string encode(std::uint64_t number) {
    std::string out;
    put(out, number);
    return out;
}

std::optional<std::uint64_t> decode_number(std::string_view bytes) {
    Reader in{bytes};
    const std::uint64_t number = in.number();
    return in.whole() ? std::optional{number} : std::nullopt;
}

}  // namespace stentor::replica
