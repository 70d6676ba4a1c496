#include "api/public/names.h"

#include "base/limits.h"
#include "base/reserved_names.h"
#include "base/text.h"
#include "text/names.h"

namespace stentor::api {

Result<void> check_name(std::string_view name) {
    const auto bad = [](std::uint64_t limit) {
        return std::unexpected(Error{.code = Code::bad_name, .where = "name", .limit = limit});
    };
    if (name.empty() || name.size() > limits::kNameBytes) return bad(limits::kNameBytes);
    if (!text::shown_line(name) || !text::scripts_fit(name)) return bad(0);
    if (text::is_reserved(name)) return bad(0);
    if (name_key(name).starts_with(kErasedName)) return bad(0);
    return {};
}

}  // namespace stentor::api
