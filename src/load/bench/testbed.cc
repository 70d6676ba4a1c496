#include "load/bench/testbed.h"

#include <fmt/format.h>

#include <stdexcept>
#include <utility>

#include "store/store.h"

namespace stentor::bench {
namespace {

constexpr Millis kPatience{70'000};

std::shared_ptr<const client::Settings> settings() {
    auto made = std::make_shared<client::Settings>();
    made->name = "stentor-bench/1";
    made->pull_everything = true;
    made->retry_max = Millis{2'000};
    return made;
}

}  // namespace

Testbed::Testbed(const Context& context, std::vector<std::string> server_arguments)
    : context_(context), loop_(context.options.seed), world_{loop_, ledger_, settings()} {
    std::filesystem::path secrets = context.options.target.secrets;
    if (context.options.target.url.empty()) {
        server_.emplace(context.options.target.server, scratch_.path() / "data",
                        std::move(server_arguments));
        server_->start();
        secrets = server_->secrets();
        endpoint_ = server_->endpoint();
    } else {
        endpoint_ = endpoint_of(context.options.target.url);
    }
    loop_.set_target(endpoint_.address, endpoint_.port);
    fleet_ = std::make_unique<Fleet>(world_, endpoint_, secrets);
}

ServerProcess& Testbed::own_server() {
    if (!server_) throw std::runtime_error{"this measurement starts a server of its own: no --url"};
    return *server_;
}

void Testbed::fill_record(const std::function<void(store::Store&)>& fill) {
    own_server().stop();
    {
        const auto record = context_.options.open_record(own_server().folder());
        fill(*record);
    }
    own_server().start();
    retarget();
}

void Testbed::retarget() {
    endpoint_ = own_server().endpoint();
    loop_.set_target(endpoint_.address, endpoint_.port);
}

void Testbed::conclude(const std::string& section) {
    if (!fleet_->settle(kPatience)) {
        context_.findings.fail(section, "not everybody reached the head");
    }
    const ledger::Report report = ledger_.check();
    context_.findings.note(
        section,
        fmt::format("{} sent, {} acknowledged, {} stored, {} delivered; {}", report.invoked,
                    report.ok, report.stored, report.delivered, report.summary()));
    for (const std::string& why : world_.stopped_because) {
        context_.findings.fail(section, "refused: " + why);
    }
    for (const std::string& words : report.told) context_.findings.fail(section, words);
    if (!report.clean()) context_.findings.fail(section, report.summary());
    fleet_->stop_all();
}

void Pressure::push() {
    const auto at = Clock::now();
    for (std::size_t i = 0; i < senders.size(); ++i) {
        while (senders[i]->unanswered() < in_flight) {
            const auto& own = groups[i];
            senders[i]->send(own[said % own.size()],
                             text ? text(said) : fmt::format("message {}", said), at);
            ++said;
        }
    }
}

OneGroup one_group(Testbed& testbed, std::size_t senders, std::size_t watchers) {
    OneGroup made;
    for (std::size_t i = 0; i < senders; ++i) {
        made.pressure.senders.push_back(&testbed.fleet().add(i == 0, true));
    }
    for (std::size_t i = 0; i < watchers; ++i) testbed.fleet().add(true, true);
    testbed.fleet().connect_all();
    made.gid = testbed.fleet().make_group(testbed.fleet()[0]);
    testbed.fleet().join_all({made.gid}, 1, testbed.fleet().size());
    made.pressure.groups.assign(senders, {made.gid});
    return made;
}

}  // namespace stentor::bench
