#pragma once
// The record of this server, and a second one elsewhere: what the settings mean for replica/.

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "auth/secrets.h"
#include "config/settings.h"
#include "server/record/epochs.h"
#include "store/replica/follower.h"
#include "store/replica/leader.h"
#include "store/replica/promote.h"
#include "store/store.h"

namespace stentor::server {

// Throws std::runtime_error when it cannot be opened, or is the copy of a follower.
[[nodiscard]] std::unique_ptr<store::Store> open_record(const config::Settings& settings);
[[nodiscard]] replica::OpenCopy copy_opener();
// Makes a follower's folder one to serve from: see replica/promote.h. An epoch that rises is chosen
// as epochs.h tells, and noted in the folder. Throws std::runtime_error.
[[nodiscard]] replica::Promoted promote_copy(const std::filesystem::path& data, bool lost_nothing,
                                             const Beginning& beginning);
[[nodiscard]] replica::Key replica_key(const auth::Secrets& secrets);

// None where nobody may follow.
[[nodiscard]] std::unique_ptr<replica::Leader> make_leader(const config::Settings& settings,
                                                           const auth::Secrets& secrets,
                                                           store::Store& record);

// By name, for the counters; nothing without a leader.
using Counted = std::vector<std::pair<std::string, std::uint64_t>>;
[[nodiscard]] Counted counters_of(const replica::Leader* leader);
// Why nothing is acknowledged now; empty: it is.
[[nodiscard]] std::string flaw_of(const replica::Leader* leader);
// What a mode that goes on alone is without; empty: nothing.
[[nodiscard]] std::string worry_of(const replica::Leader* leader);

}  // namespace stentor::server
