#pragma once
// Bytes that are made once and handed to many: entries and frames. Never changed once shared.

#include <memory>
#include <string>

namespace stentor {

using SharedBytes = std::shared_ptr<const std::string>;

inline SharedBytes share(std::string bytes) {
    return std::make_shared<const std::string>(std::move(bytes));
}

}  // namespace stentor
