#pragma once
// The life of a process: what it planned never runs after its end, and waits while it is paused,
// as with a stopped virtual machine whose timers and mail all come due when it goes on.

#include <deque>
#include <memory>
#include <utility>

#include "testing/sim/clock.h"

namespace stentor::sim {

inline constexpr Millis kTickEvery{1'000};

class Life {
public:
    explicit Life(Clock& clock) : clock_{clock}, state_{std::make_shared<State>()} {}
    Life(const Life&) = delete;
    Life& operator=(const Life&) = delete;
    ~Life() {
        state_->alive = false;
        state_->backlog.clear();
    }

    void at(Time when, Task task) { clock_.at(when, guarded(std::move(task))); }
    void after(Millis delay, Task task) { clock_.after(delay, guarded(std::move(task))); }

    // For what others call: nothing happens after the end, and not before the pause is over.
    Task guarded(Task task) {
        return [state = state_, task = std::move(task)]() mutable {
            if (!state->alive) return;
            if (state->paused) {
                state->backlog.push_back(std::move(task));
            } else {
                task();
            }
        };
    }

    [[nodiscard]] bool paused() const { return state_->paused; }
    void pause() { state_->paused = true; }
    void resume() {
        const std::shared_ptr<State> state = state_;
        state->paused = false;
        while (state->alive && !state->paused && !state->backlog.empty()) {
            Task task = std::move(state->backlog.front());
            state->backlog.pop_front();
            task();
        }
    }

private:
    struct State {
        bool alive{true};
        bool paused{};
        std::deque<Task> backlog;
    };

    Clock& clock_;
    std::shared_ptr<State> state_;
};

}  // namespace stentor::sim
