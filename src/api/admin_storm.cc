// The storm level: what it is, and pinning it.

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "api/admin_calls.h"
#include "api/responses.h"

namespace stentor::api {
namespace {

constexpr std::array<std::string_view, storm::kLevels> kLevels{"0", "1", "2", "3"};

}  // namespace

void show_storm(AdminCall call) {
    const Control::Storm storm = call.parts.control.storm();
    boost::json::object answer{{"level", storm.level}, {"pinned", nullptr}};
    if (storm.pinned) answer["pinned"] = *storm.pinned;
    call.reply(object_response(answer));
}

// {"level": "auto"} lets go of it.
void pin_storm(AdminCall call) {
    const auto fields = Fields::parse(call.request.body);
    if (!fields) return call.reply(refusal(fields.error()));
    const auto level = fields->text("level");
    if (!level) return call.reply(refusal(level.error()));
    const std::string text = level->value_or("");
    const auto known = std::ranges::find(kLevels, text);
    if (known == kLevels.end() && text != "auto") {
        return call.reply(
            refusal({.code = Code::bad_field, .where = "level", .limit = storm::kRefusing}));
    }
    std::optional<storm::Level> pinned;
    if (known != kLevels.end()) pinned = static_cast<storm::Level>(known - kLevels.begin());
    call.parts.control.pin_storm(pinned);
    call.reply(object_response({{"ok", true}}));
}

}  // namespace stentor::api
