#include "net/mailbox.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <system_error>
#include <utility>

namespace stentor::net {

Mailbox::Mailbox() : wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    if (wake_ < 0) throw std::system_error(errno, std::generic_category(), "eventfd");
}

Mailbox::~Mailbox() { ::close(wake_); }

void Mailbox::post(Mail mail) {
    {
        const std::scoped_lock lock{mutex_};
        if (ended_) return;
        mails_.push_back(std::move(mail));
        if (mails_.size() > 1) return;  // Whoever put the first one woke the shard.
    }
    const std::uint64_t one = 1;
    // It cannot fail: the counter would have to reach 2^64 - 1 first.
    [[maybe_unused]] const auto written = ::write(wake_, &one, sizeof one);
}

void Mailbox::take(std::vector<Mail>& batch) {
    const std::scoped_lock lock{mutex_};
    mails_.swap(batch);
}

void Mailbox::end() {
    std::vector<Mail> unrun;
    {
        const std::scoped_lock lock{mutex_};
        ended_ = true;
        unrun.swap(mails_);
    }
}

}  // namespace stentor::net
