#include "server/cli/admin_client.h"

#include <fmt/format.h>
#include <pwd.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <cstdlib>
#include <fstream>
#include <stdexcept>

#include "api/public/names.h"
#include "auth/admin_key.h"
#include "auth/secrets.h"
#include "base/limits.h"
#include "base/number_text.h"
#include "base/text.h"
#include "config/units.h"
#include "load/bench/http_client.h"
#include "server/record/data_folder.h"
#include "server/wiring/admin_side.h"
#include "store/replica/place.h"

namespace stentor::server {
namespace {

namespace json = boost::json;

std::string address_in(const std::filesystem::path& data) {
    std::ifstream in{data / kAdminAddressFile};
    std::string address;
    if (std::getline(in, address)) return address;
    throw std::runtime_error{"no server runs on " + data.string() +
                             ", or it has no admin.listen; name its data folder with --data"};
}

// A follower answers nothing but how it stands.
void refuse_follower(const std::filesystem::path& data) {
    const replica::Place place{data};
    if (!place.follows()) return;
    throw std::runtime_error{data.string() + " is the copy of a server that follows " +
                             place.leader() + ": ask the leader, or promote this one"};
}

// Who runs this: under sudo whoever called it.
std::string user_name() {
    // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody writes to the environment.
    if (const char* caller = std::getenv("SUDO_USER")) return plain(caller);
    std::array<char, 4'096> buffer{};
    passwd entry{};
    passwd* found = nullptr;
    getpwuid_r(::getuid(), &entry, buffer.data(), buffer.size(), &found);
    return found != nullptr ? plain(found->pw_name) : std::to_string(::getuid());
}

std::string words_of(unsigned status, const std::string& body) {
    json::error_code problem;
    const json::value value = json::parse(body, problem);
    if (problem || !value.is_object()) return fmt::format("the server said {}", status);
    const auto text = [&](const char* key) {
        const json::value* found = value.get_object().if_contains(key);
        return found != nullptr && found->is_string() ? std::string{found->get_string()} : "";
    };
    if (!text("why").empty()) return "refused: " + plain(text("why"));
    std::string words = "refused: " + text("code");
    if (!text("field").empty()) words += ", " + text("field");
    if (!text("rule").empty()) words += ", by the rule " + text("rule");
    const json::value* limit = value.get_object().if_contains("limit");
    if (limit != nullptr && limit->is_number() && limit->to_number<std::uint64_t>() != 0) {
        words += fmt::format(", limit {}", limit->to_number<std::uint64_t>());
    }
    return words;
}

}  // namespace

AdminClient::AdminClient(CLI::App& command) {
    command.add_option("--data", data_, "Data folder of the running server")
        ->envname("STENTOR_SERVER_DATA")
        ->capture_default_str();
    command.add_option("--as", actor_,
                       "Who does it, for the audit; else the user of this machine who runs it");
}

std::string AdminClient::exchange(std::string_view method, const std::string& path,
                                  const std::string& body) {
    refuse_foreign_folder(data_);
    if (!actor_.empty() && (actor_.size() > limits::kNameBytes || !plain_line(actor_))) {
        throw CLI::ValidationError{
            fmt::format("--as takes one line of at most {} bytes", limits::kNameBytes)};
    }
    const bench::Endpoint to = bench::endpoint_of(address_in(data_));
    const auto secrets = auth::load_secrets(data_ / "secrets");
    const std::string key = auth::admin_key(secrets.keys.front());
    const auto answer = method == "GET" ? bench::http_get(to, path, key)
                                        : bench::http_post(to, path, body, key,
                                                           actor_.empty() ? user_name() : actor_);
    if (!answer) {
        throw std::runtime_error{
            fmt::format("no answer from {}:{}; is the server running?", to.address, to.port)};
    }
    if (answer->status != 200) throw std::runtime_error{words_of(answer->status, answer->body)};
    return answer->body;
}

json::object AdminClient::get(const std::string& path) {
    refuse_follower(data_);
    return json::parse(exchange("GET", path, {})).as_object();
}

json::object AdminClient::post(const std::string& path, const json::object& body) {
    refuse_follower(data_);
    return json::parse(exchange("POST", path, json::serialize(body))).as_object();
}

std::string AdminClient::get_text(const std::string& path) { return exchange("GET", path, {}); }

std::uint64_t AdminClient::uid_of(const std::string& name_or_uid) {
    const json::object found = get("/admin/api/users?count=20&prefix=" + encoded(name_or_uid));
    for (const json::value& user : found.at("users").as_array()) {
        const std::string name{user.at("name").as_string()};
        // Those with this prefix and no more come first; they may differ in case and width.
        if (api::name_key(name) == api::name_key(name_or_uid)) {
            return user.at("uid").to_number<std::uint64_t>();
        }
    }
    if (const auto uid = number_in(name_or_uid)) return *uid;
    throw std::runtime_error{"there is no account " + plain(name_or_uid)};
}

std::string encoded(std::string_view text) {
    std::string out;
    for (const char c : text) {
        const bool plain_one = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
                               (c >= '0' && c <= '9') || c == '-' || c == '_' || c == '.';
        out +=
            plain_one ? std::string(1, c) : fmt::format("%{:02X}", static_cast<unsigned char>(c));
    }
    return out;
}

std::string plain(std::string_view text) {
    std::string out{text};
    std::ranges::replace_if(
        out, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; }, '?');
    return out;
}

}  // namespace stentor::server
