#pragma once
// A bus for the tests of what only asks: questions are the test's to answer, all else is let go.

#include <memory>
#include <vector>

#include "bus/bus.h"

namespace stentor::bus {

class QuestionsBus : public Bus {
public:
    Result<void> submit(PartitionId /*partition*/, Command /*command*/) override { return {}; }
    void publish(NodeId /*node*/, std::shared_ptr<const Items> /*items*/) final {}
    void answer(NodeId /*node*/, std::vector<Answer> /*answers*/) final {}
    void nudge(NodeId /*node*/, std::vector<Nudge> /*nudges*/) final {}
};

}  // namespace stentor::bus
