#pragma once
// Every bound of the server. What an operator may change is a default here and a key in the
// configuration; the rest is the protocol's.

#include <array>
#include <cstddef>
#include <cstdint>

#include "base/time.h"

namespace stentor::limits {

using namespace std::chrono_literals;

// ---- A message
inline constexpr std::size_t kBodyBytes = 16 * 1024;  // A serialized Body
inline constexpr std::size_t kTextBytes = 8 * 1024;   // Its text, UTF-8
inline constexpr std::size_t kMentions = 50;
inline constexpr std::size_t kAttachments = 10;
inline constexpr std::size_t kPreviewBytes = 1'024;  // A tiny picture within an attachment
inline constexpr std::size_t kAddressBytes = 2'048;  // Where an attachment can be fetched
inline constexpr std::size_t kFileNameBytes = 255;
inline constexpr std::size_t kAttachmentKindBytes = 32;
inline constexpr std::size_t kMediaTypeNameBytes = 127;  // Of type and of subtype (RFC 6838, 4.2)
inline constexpr std::size_t kNameBytes = 64;            // A user's or a group's name, UTF-8
inline constexpr std::size_t kTopicBytes = 512;
inline constexpr std::size_t kSearchBytes = 256;  // Words to look for
inline constexpr std::size_t kCursorBytes = 256;  // Of a page, as the client gives it back
inline constexpr std::size_t kPasswordBytesMin = 8;
inline constexpr std::size_t kPasswordBytesMax = 128;
inline constexpr std::size_t kTokenBytes = 512;
inline constexpr std::size_t kClientNameBytes = 64;  // Name and version of a client, in Hello
inline constexpr std::uint32_t kSlowModeS = 86'400;
inline constexpr std::uint32_t kHoldMs = 5'000;  // A push waits for more entries at most so long
inline constexpr std::uint64_t kIdMax = (std::uint64_t{1} << 53U) - 1;

// ---- A page of a log, whichever comes first
inline constexpr std::size_t kRangeEntries = 200;
inline constexpr std::size_t kRangeBytes = 256 * 1024;

// ---- A connection
inline constexpr std::size_t kClientFrameBytes = 64 * 1024;  // A whole message, fragments together
inline constexpr std::size_t kFragments = 64;
inline constexpr std::size_t kCommandsInFlight = 8;  // Then reading stops
// Answers that were under way when the socket took no more (kCommandsInFlight, and for each of
// kResumesAtOnce a Fork and an Opened), and what is told unasked.
inline constexpr std::size_t kRepliesWaiting = 32;
inline constexpr std::size_t kGroupsOpen = 64;
inline constexpr std::size_t kResumes = 32;
inline constexpr std::uint8_t kResumesAtOnce = 4;  // The others follow as the socket takes these
inline constexpr std::uint32_t kMisses = 64;       // Groups asked for that one may not see, at once
inline constexpr Millis kMissEvery = 1s;           // Then one in each such time
inline constexpr std::size_t kMissSlots = 65'536;  // Users whose misses a node remembers at once
inline constexpr Millis kHelloWithin = 5s;
inline constexpr Millis kHandshakeWithin = 5s;
// New connections, on all shards: a million are back within a minute.
inline constexpr std::uint32_t kHandshakesPerSecond = 30'000;
inline constexpr std::uint32_t kHandshakesOpen = 32'768;  // Neither a request nor a Hello yet
inline constexpr std::uint32_t kHandshakesOfOne = 8'192;  // Of those, from one address
inline constexpr std::size_t kRefusedLingering = 1'024;   // Until their refusal has arrived
inline constexpr Millis kReturnWithin = 60s;              // The longest time told to a refused one
inline constexpr Millis kCloseWithin = 5s;
// A socket on which bytes wait takes this much of them, or all, in each such time.
inline constexpr Millis kStuckWithin = 20s;
inline constexpr std::size_t kSlowBytes = 4 * 1024;
inline constexpr Millis kUserTimeout = 60s;  // TCP_USER_TIMEOUT
inline constexpr Millis kPulseEvery = 30s;   // Where nothing else is set.
inline constexpr Millis kPulseAtMost = 120s;
inline constexpr std::uint64_t kPulsesPerSecond = 8'333;  // Of a node, before pulses grow rarer.
inline constexpr std::size_t kPeopleTold = 16;      // In a pulse, whose name or picture changed
inline constexpr Millis kBadgesEvery = 30s;         // Of everybody's larger groups.
inline constexpr int kSendBufferBytes = 16 * 1024;  // SO_SNDBUF, before the kernel doubles it
inline constexpr std::size_t kHttpHeaderBytes = 8 * 1024;
inline constexpr std::size_t kHttpBodyBytes = 64 * 1024;
inline constexpr Millis kHttpWithin = 10s;
inline constexpr Millis kHttpIdle = 30s;
inline constexpr std::size_t kListeners = 16;
inline constexpr std::size_t kProxyHeaderBytes = 536;     // PROXY protocol, with its extras
inline constexpr std::size_t kHandshakeStepsPerTurn = 8;  // Of TLS, on a shard: each may cost 1 ms
inline constexpr std::size_t kControlBytes = 125;         // RFC 6455 section 5.5
inline constexpr std::size_t kPingsPerSecond = 10;

// ---- A sender
inline constexpr std::uint32_t kSendsPerSecond = 1;
inline constexpr std::uint32_t kSendsBurst = 5;
inline constexpr std::uint32_t kFloodAfter = 20;  // Refused by rate in a row; then they wait longer
inline constexpr Millis kFloodWait = 5s;          // Doubled with each kFloodAfter more
inline constexpr Millis kFloodWaitMax = 60s;
inline constexpr Millis kGivenBackEvery = 3s;  // A refused one's token; kGivenBackBurst in a row
inline constexpr int kGivenBackBurst = 20;
inline constexpr std::size_t kRepeatsKept = 16;  // Newest texts of one member
inline constexpr std::size_t kKeywords = 100'000;
inline constexpr std::size_t kKeywordBytes = 256;
inline constexpr std::size_t kKeywordListBytes = 4 * 1024 * 1024;

// ---- Client message ids
inline constexpr Millis kSendWindow = 7 * 24h;  // Older ones are refused as expired
inline constexpr Millis kSendWindowSlack = 1h;  // Kept longer than served, for slow clocks
inline constexpr Millis kForgetEvery = 1h;
inline constexpr Millis kClockSkew = 10min;          // A cmid may be this far in the future
inline constexpr Millis kYoungIds = 2min;            // Held in memory by the owner, at least
inline constexpr std::size_t kYoungIdsMax = 65'536;  // per group

// ---- A group in its owner's memory
inline constexpr std::size_t kRing = 256;             // Newest entries, for exact unread counts
inline constexpr std::uint32_t kUnreadCap = 100;      // Shown as 99+
inline constexpr std::size_t kCommitEntries = 4'096;  // of one group in one commit
inline constexpr std::size_t kCommitBytes = 4 * 1024 * 1024;  // likewise, or one that is larger
inline constexpr Millis kTryCommitFor = 5s;             // That the store aborts; then all is loaded
inline constexpr std::size_t kStagedPerGroup = 16'384;  // Then sends are refused as overloaded
inline constexpr std::size_t kParkedPerGroup = 16'384;  // Waiting for a load
inline constexpr std::size_t kMembersCached = 65'536;   // per partition, in all its groups
inline constexpr Millis kGroupIdle = 10min;             // Then it leaves memory

inline constexpr std::size_t kReadBy = 200;         // Newest entries whose readers are counted
inline constexpr std::size_t kReadersPage = 1'000;  // Member rows that are counted at once
inline constexpr std::size_t kTalliesPerTick = 200;
inline constexpr std::size_t kTalliesHeld = 4'096;  // Changed, not told yet
inline constexpr std::size_t kReactionKinds = 20;   // Different emoji on one entry
inline constexpr std::size_t kEmojiBytes = 35;      // The longest of Unicode's list
inline constexpr std::size_t kHidesPerCommand = 100;
inline constexpr std::size_t kForks = 8;  // Fork points that a head remembers
inline constexpr std::size_t kInviteBytes = 64;
inline constexpr std::uint64_t kMembersPerGroup = 100'000'000;
inline constexpr std::size_t kReasonBytes = 512;       // Why somebody was kicked, banned or muted
inline constexpr std::size_t kModerationRows = 1'000;  // Newest ones of a group's moderation log
inline constexpr Millis kModerationKept = 24h * 90;
inline constexpr std::size_t kReportsPerDay = 20;     // By one member in one group
inline constexpr std::size_t kRecalledPerStep = 100;  // Entries of a member, of kRangeEntries
inline constexpr std::size_t kSmallGroup = 200;       // Members: typing is shown, badges are ticked
inline constexpr std::size_t kWhoReadMembers = 1'000;  // Members: readers are told by name
inline constexpr Millis kTicksEvery = 1s;     // Tallies and typing are told once in this time
inline constexpr Millis kTicksAtMost = 100s;  // The longest time between two
inline constexpr std::size_t kTypingShown = 20;
inline constexpr Millis kRecallWindow = 1h;  // By the sender
inline constexpr Millis kEditWindow = 1h;
inline constexpr Millis kChangeEvery = 200ms;  // Recalls, edits, hides, reactions of one member
inline constexpr int kChangesBurst = 20;
inline constexpr Millis kRetentionEvery = 60s;
inline constexpr std::uint64_t kRetentionSMax = 100ULL * 366 * 86'400;  // A hundred years
inline constexpr std::size_t kHeirRows = 10'000;     // Looked at for who is in a group longest
inline constexpr std::size_t kWhoReadRows = 10'000;  // Looked at, with those who left
inline constexpr Millis kTypingEvery = 3s;           // By one member

// ---- A user
inline constexpr std::size_t kConnectionsPerUser = 64;  // On one node
inline constexpr std::size_t kBadgeAsks = 256;          // Under way, per node
inline constexpr std::size_t kBadgesWaiting = 262'144;  // Rows to be looked at, per node
inline constexpr std::size_t kUserLog = 1'000;          // Newest entries kept of their own log
inline constexpr std::size_t kUserLogPage = 200;
inline constexpr std::size_t kNotesPerPage = 50;
inline constexpr std::size_t kNoteBytes = 2'048;
inline constexpr std::size_t kSearchPage = 20;
inline constexpr std::size_t kFeedRowsPerPage = 500;
inline constexpr std::uint64_t kFeedRows = 10'000'000;  // Newest commits that the feed keeps
inline constexpr std::size_t kSettingBytes = 64 * 1024;

inline constexpr std::size_t kSignInsKept = 32;  // Newest sign-ins of one user
inline constexpr std::size_t kEndedTokens = 32;  // Signed out one by one; then all older ones end
inline constexpr std::size_t kAccountChanges = 1'000;  // Of a page for a gate
inline constexpr std::uint32_t kKeyPerSecond = 10;  // Requests of one key, where it says no other
inline constexpr std::uint32_t kKeyPerSecondMax = 1'000;
inline constexpr std::uint32_t kKeyBurstS = 5;  // Of so many seconds at once
inline constexpr std::size_t kKeyGroups = 100;  // That one key is bound to
inline constexpr std::size_t kAuditPage = 200;
inline constexpr Millis kAuditKept = 24h * 400;
inline constexpr std::size_t kInvitesPerGroup = 1'000;         // That are not over
inline constexpr std::size_t kRegistrationTokens = 1'000;      // That are not over
inline constexpr std::uint32_t kRegistrationsMax = 1'000'000;  // With one such token
inline constexpr std::size_t kAddressBans = 1'000;
inline constexpr std::size_t kUserRates = 10'000;  // Users who may have a rate of their own
inline constexpr Millis kFailedSignIn = 1s;  // An account's wait after kFailedSignIns, doubled
inline constexpr Millis kFailedSignInMax = 60s;
inline constexpr int kFailedSignIns = 5;
inline constexpr Millis kGroupsMadeEvery = 10s;  // By one user
inline constexpr int kGroupsMadeBurst = 20;
inline constexpr Millis kMovedClock = 24h;  // A clock that leaps further ahead is not believed
// A client that said nothing for so long is not online; for kHerePulses, where that is longer.
inline constexpr std::uint32_t kHereS = 120;
inline constexpr std::uint32_t kHerePulses = 3;

// ---- What questions cost (session/costs.h): units of about 100 us of the server
inline constexpr std::uint32_t kCostPerSecond = 100;  // Of one user
inline constexpr std::uint32_t kCostBurst = 2'000;

// ---- A node's memory of a group
inline constexpr std::size_t kCacheEntries = 1'024;
inline constexpr std::size_t kCacheBytes = 1024 * 1024;
inline constexpr std::size_t kCachePages = 4'096;        // Pages of older entries, per node
inline constexpr std::size_t kWaitersPerLoad = 131'072;  // Each under 256 bytes
inline constexpr std::size_t kStaysPerAsk = 1'000;       // Watchers who are asked about at once
// Of a group's versions, of which is known what they changed beside adding entries; and of such
// changes, that are told at once.
inline constexpr std::uint64_t kChangesKept = 4'096;
inline constexpr std::size_t kBacklogEntries = kCacheEntries;  // That wait for a hole to be filled
inline constexpr std::size_t kOpenedEntries = 50;              // In an Opened that starts afresh

// ---- Fan-out
inline constexpr std::size_t kBatchEntries = kRangeEntries;
inline constexpr std::size_t kBatchBytes = kRangeBytes;
inline constexpr std::size_t kSliceSeats = 256;             // Written before others get a turn
inline constexpr std::size_t kTurnSeats = 4 * kSliceSeats;  // Of small groups, in one turn
inline constexpr std::size_t kPassBytes = 4 * kBatchBytes;  // Gathered for a pass; then Heads
inline constexpr std::size_t kLargeAudience = 1'024;        // From here on a pass waits at the gate
inline constexpr std::size_t kPinnedBytes = 64 * 1024 * 1024;    // Half-written frames, per shard
inline constexpr std::size_t kReceivedBytes = 64 * 1024 * 1024;  // Half-read messages, per shard

// ---- Storms (storm/levels.h)
inline constexpr Millis kStormLookEvery = 250ms;
inline constexpr Millis kStormRiseEvery = 500ms;
inline constexpr Millis kStormPass = 2s;       // Of a pass: level 1; four times: 2; sixteen: 3
inline constexpr Millis kStormCommit = 250ms;  // Of a commit, likewise
inline constexpr std::array<std::uint64_t, 3> kStormMemoryPermille{700, 850, 950};
inline constexpr Millis kStormQuiet = 10s;          // Then a level is left
inline constexpr std::uint64_t kReadablePerS = 15;  // Entries of one group that a person follows
inline constexpr Millis kStormBackMin = 5s;         // Who is refused comes back after this,
inline constexpr Millis kStormBackMax = 60s;        // or later, one after the other,
inline constexpr Millis kStormBackEvery = 1ms;      // so far apart

// ---- A follower of the record
inline constexpr std::size_t kReplicaHelloBytes = 256;  // Before either side has proved itself
inline constexpr std::size_t kReplicaFrameBytes = std::size_t{1} << 30U;
inline constexpr std::size_t kReplicaUpdatesBytes = 1024 * 1024;  // Or one write that is larger
inline constexpr std::size_t kReplicaChunkBytes = 1024 * 1024;
inline constexpr Millis kReplicaHelloWithin = 2s;
inline constexpr Millis kReplicaWithin = 10s;      // For the other side's next frame
inline constexpr Millis kReplicaOpenWithin = 60s;  // To open a copy
inline constexpr Millis kReplicaPulse = 1s;
inline constexpr Millis kReplicaRetryMin = 100ms;
inline constexpr Millis kReplicaRetryMax = 5s;

// ---- Sweeping groups that nobody speaks to
inline constexpr std::size_t kSweepGroups = 200;  // Heads in a step
inline constexpr std::size_t kSweepWakes = 4;     // Groups woken in a step
inline constexpr Millis kSweepStep = 1s;
inline constexpr Millis kSweepEvery = 60s;  // From the end of a round to the next

// ---- Finding all that one user wrote; in one question
inline constexpr std::size_t kWrittenPerPage = 256;
inline constexpr std::size_t kWrittenLooks = 4'000;   // Entries read in one group
inline constexpr std::size_t kWrittenGroups = 1'000;  // Groups that are asked for their row

// ---- Waiting elsewhere
inline constexpr Millis kAskWithin = 5s;
inline constexpr std::size_t kWorkerMail = 262'144;       // Commands and outcomes, per worker
inline constexpr std::size_t kHubMail = 1'048'576;        // What owners tell a node; then dropped
inline constexpr std::size_t kCommitterMail = 65'536;     // Batches of groups
inline constexpr std::size_t kQuestionsWaiting = 65'536;  // For the loaders
inline constexpr std::size_t kOutgoingWaiting = 1'024;    // Requests to other services
inline constexpr std::size_t kOutgoingAtOnce = 16;        // Their connections
inline constexpr std::size_t kOutgoingAnswer = 64 * 1024;
inline constexpr std::size_t kFilterWaiting =
    1'024;  // Posts that an outside filter was asked about
inline constexpr std::size_t kFilterTextBytes = 1'024;  // Of its reason, and of its rule
inline constexpr std::size_t kPageFiles = 1'000;        // Of the page, held in memory
inline constexpr std::size_t kPageBytes = 64 * 1024 * 1024;
inline constexpr std::size_t kCommandsWaiting = 65'536;  // For owners' answers, of HTTP requests
inline constexpr std::size_t kPasswordQueue = 256;
inline constexpr std::size_t kGroupsPerUser = 2'000;
inline constexpr std::size_t kGroupsListed = 2 * kGroupsPerUser;  // With direct chats that came
inline constexpr std::size_t kListPage = 100;
inline constexpr std::size_t kUnreadScan = 10'000;    // Entries looked at for one count; then 99+
inline constexpr std::size_t kHeadsKept = 4'194'304;  // Newest entries' places in memory
inline constexpr std::size_t kUsersPerFetch = 100;

}  // namespace stentor::limits
