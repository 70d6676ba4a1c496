#pragma once
// What is asked over HTTP and belongs into the audit: all that the operator changes, sign-ins and
// what becomes of passwords, keys that reach everybody or speak in another's name, and keys that
// were refused.
//
// A row is made when the answer is known, and handed to the owner, which keeps it. Nobody waits for
// that. Thread: any. Limits: failed sign-ins and refused keys, which anybody can cause, at most
// kRefusedPerMinute; the rest of them are not told.

#include <cstdint>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "api/public/api.h"
#include "base/time.h"
#include "bus/bus.h"
#include "net/http/message.h"

namespace stentor::api {

class AuditTrail {
public:
    static constexpr std::uint32_t kRefusedPerMinute = 600;

    // It outlives what is under way.
    explicit AuditTrail(bus::Bus& bus) : bus_{bus} {}

    // Of the public listeners. The same reply, or one that makes a row first.
    [[nodiscard]] Api::Reply watch(const net::http::Request& request, Api::Reply reply);
    // Of the private one, for whoever has shown the admin key. `action`: the call's path with its
    // places. `name`: that their own key tells; else they are called as they say.
    [[nodiscard]] Api::Reply watch_operator(const net::http::Request& request,
                                            std::string_view action,
                                            const std::optional<std::string>& name,
                                            Api::Reply reply);

private:
    struct Row {
        std::string actor;   // JSON.
        std::string action;  // "user.disable"
        std::string object;  // JSON.
        std::string asked;   // JSON, without secrets and texts of messages; empty: nothing.
        std::string address;
        bool common{};  // Only its refusals are told, and they are bounded.
    };
    [[nodiscard]] static std::optional<Row> row_of(const net::http::Request& request);
    void write(const Row& row, const net::http::Response& response);
    [[nodiscard]] bool take_refused(Time now);

    bus::Bus& bus_;
    std::mutex mutex_;
    Time minute_{};  // Under mutex_, as the next.
    std::uint32_t refused_{};
};

}  // namespace stentor::api
