#include "owner/audit_log.h"

#include <pthread.h>

#include <chrono>
#include <cstdio>
#include <utility>

#include "base/limits.h"
#include "base/log.h"

namespace stentor::owner {
namespace {

// One call, so that lines of several threads do not mix.
void to_standard_error(const std::string& text) {
    const std::string line = "{\"logger\":\"audit\",\"audit\":" + text + "}\n";
    std::fwrite(line.data(), 1, line.size(), stderr);
}

}  // namespace

AuditLog::AuditLog(store::Audit& store, std::function<void(const std::string&)> line)
    : store_{store},
      line_{line ? std::move(line) : to_standard_error},
      thread_{[this] { run(); }} {}

AuditLog::~AuditLog() {
    mailbox_.close();
    if (thread_.joinable()) thread_.join();
}

void AuditLog::add(bus::AuditEntry entry) {
    if (!mailbox_.try_put(std::move(entry))) count_dropped();
}

void AuditLog::run() {
    pthread_setname_np(pthread_self(), "audit");
    std::vector<bus::AuditEntry> entries;
    for (;;) {
        mailbox_.take(entries, std::chrono::seconds{1});
        if (entries.empty() && mailbox_.closed()) return;
        if (!entries.empty()) write(entries);
        forget_old(now());
        const std::uint64_t dropped = dropped_.load(std::memory_order_relaxed);
        if (dropped == dropped_told_) continue;
        log::error("rows of the audit were dropped: too many at once",
                   {{"count", dropped - dropped_told_}});
        dropped_told_ = dropped;
    }
}

void AuditLog::write(std::vector<bus::AuditEntry>& entries) {
    std::vector<store::AuditRow> rows;
    rows.reserve(entries.size());
    for (bus::AuditEntry& entry : entries) {
        line_(entry.text);
        rows.push_back({.time = entry.time, .text = std::move(entry.text)});
    }
    if (const auto added = store_.add_audit(rows); !added) {
        dropped_.fetch_add(rows.size(), std::memory_order_relaxed);
        log::error("the audit was not written into the record",
                   {{"rows", rows.size()}, {"code", name_of(added.error().code)}});
    }
}

void AuditLog::forget_old(Time now) {
    if (now < forget_at_) return;
    forget_at_ = now + limits::kForgetEvery;
    if (const auto forgot = store_.forget_audit_before(now - limits::kAuditKept); !forgot) {
        log::warn("old rows of the audit not forgotten", {{"code", name_of(forgot.error().code)}});
    }
}

}  // namespace stentor::owner
