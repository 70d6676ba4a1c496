#include "server/wiring/foreign_keys.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

#include "config/words.h"

namespace stentor::server {
namespace {

auth::JwtAlgorithm algorithm_named(const std::string& name) {
    if (name == "HS256") return auth::JwtAlgorithm::hs256;
    if (name == "RS256") return auth::JwtAlgorithm::rs256;
    return auth::JwtAlgorithm::eddsa;  // The configuration takes no fourth.
}

}  // namespace

std::string secret_in(const std::string& file) {
    std::ifstream in{file, std::ios::binary};
    if (!in || std::filesystem::is_directory(file)) {
        throw std::runtime_error{"cannot read the file " + file};
    }
    std::string text{std::istreambuf_iterator<char>{in}, {}};
    while (!text.empty() && (text.back() == '\n' || text.back() == '\r')) text.pop_back();
    if (text.empty()) throw std::runtime_error{"the file " + file + " is empty"};
    return text;
}

std::vector<api::HookTarget> hook_targets(const config::Texts& lines) {
    std::vector<api::HookTarget> targets;
    for (const std::string& line : lines) {
        const std::vector<std::string> words = config::words_of(line);
        // A hook's place in the feed is kept by its name.
        if (std::ranges::find(targets, words.at(0), &api::HookTarget::name) != targets.end()) {
            throw std::runtime_error{
                "outside.hooks: two are named \"" + words.at(0) +
                "\"; each needs a name of its own, by which its place is kept"};
        }
        targets.push_back(
            {.name = words.at(0), .url = words.at(1), .secret = secret_in(words.at(2))});
    }
    return targets;
}

std::vector<auth::JwtKey> outside_keys(const config::Texts& lines) {
    std::vector<auth::JwtKey> keys;
    for (const std::string& line : lines) {
        const std::vector<std::string> words = config::words_of(line);
        auth::JwtKey key{.algorithm = algorithm_named(words.at(0)),
                         .issuer = words.at(1),
                         .audience = config::named_word(words, "audience"),
                         .key_id = config::named_word(words, "kid"),
                         .key = secret_in(words.at(2))};
        if (auto claim = config::named_word(words, "name"); !claim.empty()) {
            key.name_claim = std::move(claim);
        }
        if (const std::string flaw = auth::flaw_of(key); !flaw.empty()) {
            throw std::runtime_error{"outside.tokens \"" + line + "\": " + flaw};
        }
        keys.push_back(std::move(key));
    }
    return keys;
}

}  // namespace stentor::server
