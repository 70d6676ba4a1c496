#pragma once
// Registration tokens: who bears one may make an account while sign-up is closed. The operator
// makes them, for a number of accounts and until a time; a token is shown once, kept is its hash.
//
// Kept in the record as two settings: "registration/<id>/token", written by the operator alone, and
// "registration/<id>/used", written by the uses alone: so neither undoes the other.
//
// Owner of a Registration: Accounts; the bus outlives what is under way. Thread: any. Uses are
// counted one after the other, each before its account is made: however many come at once, a token
// makes no more accounts than it may. Limits: kOutgoingWaiting uses waiting, kRegistrationTokens.

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/http/secret_text.h"
#include "base/code.h"
#include "base/time.h"
#include "bus/bus.h"

namespace stentor::api {

struct RegistrationToken {
    std::string id;
    std::string name;  // For whom, in the operator's words.
    std::string hash;
    std::uint32_t uses_max{1};
    std::uint32_t uses{};
    Time created;
    Time expires;
};

struct MadeRegistrationToken {
    RegistrationToken token;
    std::string text;  // The token itself.
};

inline constexpr std::string_view kRegistrationSettings = "registration/";
[[nodiscard]] std::string token_setting(std::string_view id);
[[nodiscard]] std::string used_setting(std::string_view id);

// `random`: bytes nobody can guess.
[[nodiscard]] MadeRegistrationToken make_registration_token(
    std::string name, std::uint32_t uses_max, Time expires,
    std::span<const std::uint8_t, kSecretTextBytes> random, Time now);
// The value of the setting "token"; that of "used" is the number.
[[nodiscard]] std::string to_setting(const RegistrationToken& token);
// In the order of their ids; what cannot be read is left out.
[[nodiscard]] std::vector<RegistrationToken> registration_tokens_in(
    const std::vector<bus::Setting>& settings);
[[nodiscard]] bool is_over(const RegistrationToken& token, Time now);

class Registration : public std::enable_shared_from_this<Registration> {
public:
    // The token's id, for give_back().
    using Taken = std::move_only_function<void(Result<std::string>)>;

    explicit Registration(bus::Bus& bus) : bus_(bus) {}

    // bad_field{token}: there is none such, or not any more; as for one that never was.
    // overloaded: too many wait.
    void take(std::string_view text, Taken taken);
    // Of an account that was not made after all.
    void give_back(std::string id);

private:
    struct Use {
        SecretText secret;  // With an id alone: it is given back.
        Taken taken;        // None: likewise.
    };

    void put(Use use);
    void begin_next();
    void count(Use use, const Result<bus::Reply>& found);
    void again(Use use);  // The one at the front.
    void end(Use use, Result<std::string> outcome);

    bus::Bus& bus_;
    std::mutex mutex_;
    std::deque<Use> waiting_;  // The front is under way.
};

}  // namespace stentor::api
