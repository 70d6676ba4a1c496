#pragma once
// The generated classes of proto/stentor/v1, under a short name.

#include "stentor/v1/code.pb.h"
#include "stentor/v1/entry.pb.h"
#include "stentor/v1/wire.pb.h"

namespace stentor {
namespace pb = ::stentor::v1;
}
