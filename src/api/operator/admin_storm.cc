// The storm level: what it is, and pinning it.

#include <optional>
#include <string>

#include "api/http/responses.h"
#include "api/operator/admin_calls.h"

namespace stentor::api {

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
    const std::optional<storm::Level> pinned = storm::level_of(text);
    if (!pinned && text != storm::kAsMeasured) {
        return call.reply(
            refusal({.code = Code::bad_field, .where = "level", .limit = storm::kRefusing}));
    }
    call.parts.control.pin_storm(pinned);
    call.reply(object_response({{"ok", true}}));
}

}  // namespace stentor::api
