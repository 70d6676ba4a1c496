#pragma once
// The record: everything acknowledged is here; everything else can be lost. It has a port for each
// of its parts, which one engine implements; what needs one part takes that port.
//
// Thread: any; calls block, so only committers, loaders and start-up make them. Engines:
// memory/ (tests), rocks/ (embedded), mysql/ (cluster). store/conformance.h holds what every
// engine must pass.
//
// What asks for many rows at once has an answer in its port, row by row; an engine that has a
// faster way brings its own.
//
// Errors: store_unavailable for a failed read. After a failed sync an engine refuses everything
// for good: commits are `unknown`, all else is store_unavailable, because what the disk holds is
// then unknown until the process starts again.

#include "store/accounts.h"
#include "store/annotations.h"
#include "store/audit.h"
#include "store/feed.h"
#include "store/group_log.h"
#include "store/history.h"
#include "store/members.h"
#include "store/settings.h"
#include "store/user_logs.h"

namespace stentor::store {

class Store : public GroupLog,
              public Members,
              public Annotations,
              public UserLogs,
              public Feed,
              public Accounts,
              public Audit,
              public Settings,
              public History {};

}  // namespace stentor::store
