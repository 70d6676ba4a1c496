#include "group/answers.h"

#include <utility>

#include "group/state.h"

namespace stentor::group {

void answer(GroupState& group, const bus::ReplyTo& to, pb::ServerFrame frame) {
    // Nobody asked: the server itself submitted it.
    if (to.request_id != 0) group.port.answer(to, std::move(frame));
}

void refuse(GroupState& group, const bus::ReplyTo& to, const Error& error) {
    group.refused = error.code;
    answer(group, to, refused_answer(error));
}

}  // namespace stentor::group
