#pragma once
// A store's answer, or the end of the command that asked.

#include <stdexcept>
#include <string>
#include <utility>

#include "base/code.h"

namespace stentor::archive {

// Throws std::runtime_error when the store could not be read.
template <class Value>
Value read(Result<Value> value) {
    if (value) return std::move(*value);
    throw std::runtime_error{"the store cannot be read: " +
                             std::string{name_of(value.error().code)}};
}

}  // namespace stentor::archive
