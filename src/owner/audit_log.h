#pragma once
// Who did what to whom, from where: written to standard error, one JSON object a line whatever the
// format of the log is, and into the record, where rows are kept for kAuditKept.
//
// Owner: Owner. Threads: add() any, without waiting; a thread of its own writes, in batches.
// Limits: kWaiting rows that wait; beyond it they are dropped, counted and told.

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <thread>
#include <vector>

#include "base/mailbox.h"
#include "base/time.h"
#include "bus/bus.h"
#include "store/audit.h"

namespace stentor::owner {

class AuditLog {
public:
    static constexpr std::size_t kWaiting = 4'096;

    // `line` takes each row's text; none: standard error.
    explicit AuditLog(store::Audit& store, std::function<void(const std::string&)> line = {});
    AuditLog(const AuditLog&) = delete;
    AuditLog& operator=(const AuditLog&) = delete;
    ~AuditLog();  // Writes what waits.

    void add(bus::AuditEntry entry);
    // One that could not even be made. Thread: any.
    void count_dropped() { dropped_.fetch_add(1, std::memory_order_relaxed); }
    [[nodiscard]] std::uint64_t dropped() const { return dropped_; }

private:
    void run();
    void write(std::vector<bus::AuditEntry>& entries);
    void forget_old(Time now);

    store::Audit& store_;
    std::function<void(const std::string&)> line_;
    std::atomic<std::uint64_t> dropped_{};
    std::uint64_t dropped_told_{};
    Time forget_at_{};
    Mailbox<bus::AuditEntry> mailbox_{kWaiting};
    std::jthread thread_;
};

}  // namespace stentor::owner
