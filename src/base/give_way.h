#pragma once

namespace stentor {

// What this thread does can wait: while the processors are short, the others of the process have
// them. Nine parts in ten of them, that is; it is never left without.
void give_way();

}  // namespace stentor
