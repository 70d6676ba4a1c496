#include "text/blank.h"

#include <unicode/uchar.h>

#include "base/text.h"

namespace stentor::text {

bool is_blank(std::string_view text) {
    while (!text.empty()) {
        const auto character = next_character(text);
        if (!character) return false;
        const auto c = static_cast<UChar32>(*character);
        if (u_hasBinaryProperty(c, UCHAR_WHITE_SPACE) == 0 &&
            u_hasBinaryProperty(c, UCHAR_DEFAULT_IGNORABLE_CODE_POINT) == 0) {
            return false;
        }
    }
    return true;
}

}  // namespace stentor::text
