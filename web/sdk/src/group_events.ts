// What is said of a group beside its new entries: changes of old ones, sums, settings, and what my own
// log says of me there.

import type { EventValue, Opened, UserLogEntry } from "./codec";
import type { EntryCache } from "./entry_cache";
import type { Resync } from "./group_port";
import type { GroupState } from "./group_state";
import type { History } from "./history";
import type { GroupSettings } from "./membership";
import type { Draft } from "./plain";
import type { Reader } from "./reader";

export class GroupEvents {
  constructor(
    private readonly group: GroupState,
    private readonly resync: Resync,
    private readonly history: History,
    private readonly entryCache: EntryCache,
    private readonly reader: Reader,
  ) {}

  onChanged({ epoch, entry }: EventValue<"changed">): void {
    if (!this.resync.current(epoch) || !entry) return;
    this.history.change(entry);
    this.entryCache.change(entry);
    if (this.group.log.change(entry) === "broken") this.resync.mismatch();
  }

  onTallies({ epoch, tallies }: EventValue<"tallies">): void {
    if (this.resync.current(epoch)) this.group.marks.pushed(tallies);
  }

  onGroupChanged({ epoch, settings, members }: EventValue<"groupChanged">): void {
    if (!this.resync.current(epoch)) return;
    this.#amend({ members, ...(settings && { settings, name: settings.name || (this.group.opened?.name ?? "") }) });
  }

  // My own change was taken: everybody hears of it a moment later, and I need not wait for that.
  configured(settings: Draft<GroupSettings>): void {
    const before = this.group.opened?.settings;
    if (before) this.#amend({ settings: { ...before, ...settings } as GroupSettings });
  }

  onMine({ epoch, event }: UserLogEntry): void {
    // An entry's number means something in its own history only.
    const here = epoch === 0 || epoch === this.group.log.epoch;
    switch (event.case) {
      case "hidden":
        if (here) for (const seq of event.value.seqs) this.group.marks.hidden.add(seq);
        break;
      case "note":
        if (here) this.group.marks.note(event.value);
        break;
      case "reacted":
        if (here) this.group.marks.reactedElsewhere(event.value.seq, event.value.emoji, !event.value.remove);
        break;
      case "read":
        if (here) this.reader.readElsewhere(event.value.seq);
        break;
      case "duties":
        this.group.dutiesMoved += 1;
        break;
      case "muted":
        this.#amend({ mutedUntilMs: event.value.untilMs });
        break;
      case "mutedForMe":
        this.#amend({ muted: event.value.muted });
        break;
      case "roleChanged":
        this.#amend({ role: event.value.role });
        break;
      default:
    }
  }

  #amend(change: Partial<Opened>): void {
    if (this.group.opened) this.group.opened = { ...this.group.opened, ...change };
  }
}
