#include "api/public/password_tries.h"

#include <algorithm>
#include <utility>

#include "base/digest.h"
#include "base/log.h"
#include "base/number_text.h"
#include "base/text.h"
#include "base/time.h"

namespace stentor::api {

using net::http::Request;

namespace {

// Tells one name from another in the log, and the name to nobody.
std::string log_name(std::uint64_t account) {
    std::array<std::uint8_t, 4> bytes{};
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        bytes[i] = static_cast<std::uint8_t>(account >> (8 * i));
    }
    return hex_of(bytes);
}

}  // namespace

PasswordTries::PasswordTries(auth::AddressRate rate, auth::PasswordQueue& queue)
    : limiter_{rate}, queue_{queue} {}

Result<void> PasswordTries::admit(const Request& request) {
    {
        const std::lock_guard lock{mutex_};
        const auto taken = limiter_.take(auth::address_key(request.peer), now());
        if (!taken) return std::unexpected(taken.error());
    }
    // A page of another site can send plain text or a form here without asking, but not this type.
    // A GET changes nothing, and has no body to have a type.
    if (request.method != "GET" &&
        !name_key(request.header("content-type")).starts_with("application/json")) {
        return std::unexpected(Error{.code = Code::bad_field, .where = "content-type"});
    }
    return {};
}

void PasswordTries::check(const bus::Account& account, std::string_view key, const Request& request,
                          std::string password, std::string_view field, Checked done) {
    const std::uint64_t address = auth::address_key(request.peer);
    const bool known = std::ranges::any_of(account.sign_ins, [&](const bus::SignIn& one) {
        return auth::address_key(one.address) == address;
    });
    const std::uint64_t name = number_of(hash_of(key));
    const std::uint64_t tried = known ? name ^ spread(address) : name;
    {
        const std::lock_guard lock{mutex_};
        if (const auto taken = failed_.take(tried, now()); !taken) {
            ++queue_.counts().refused;
            return done(std::unexpected(taken.error()));
        }
    }
    const auto around = auth::network_keys(request.peer);
    const auth::Asker asker{.shares = {around[0], around[1], around[2], name | 1U}, .known = known};
    auto checked = [this, name, tried, peer = request.peer, field, good = !account.disabled,
                    done = std::move(done)](Result<bool> matches) mutable {
        if (!matches) return done(std::unexpected(matches.error()));
        if (!*matches) {
            ++queue_.counts().failed;
            log::warn("sign-in failed", {{"name", log_name(name)}, {"address", peer}});
        }
        if (!*matches || !good) {
            return done(std::unexpected(Error{.code = Code::bad_credentials, .where = field}));
        }
        {
            const std::lock_guard lock{mutex_};
            failed_.succeeded(tried);
        }
        done({});
    };
    queue_.check(asker, account.password_hash, std::move(password), std::move(checked));
}

void PasswordTries::hash(const Request& request, std::string password,
                         auth::PasswordQueue::HashDone done) {
    const auto around = auth::network_keys(request.peer);
    queue_.hash({.shares = {around[0], around[1], around[2], 0}}, std::move(password),
                std::move(done));
}

}  // namespace stentor::api
