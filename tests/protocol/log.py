"""A model of one group's log as docs/protocol.md, sections 2 and 9, describes it: what a client holds,
what may be applied to it, and the digest that must come of it."""

import hashlib


def short_hash(data):
    return hashlib.sha256(data).digest()[:16]


def genesis(gid):
    return short_hash(b"stentor.v1\0" + gid.to_bytes(8, "big"))


def digest_after(before, entry):
    body_hash = entry.body_hash if entry.revision else short_hash(entry.body)
    return short_hash(
        before + entry.seq.to_bytes(8, "big") + entry.sender.to_bytes(8, "big") + entry.cmid
        + entry.kind.to_bytes(4, "big") + entry.time_ms.to_bytes(8, "big") + body_hash)


class Log:
    """Every entry from `floor` to `last` of the history `epoch`."""

    def __init__(self, gid):
        self.gid = gid
        self.epoch = 0
        self.floor = 0
        self.last = 0
        self.digest = b""
        self.entries = {}
        self.hidden = set()
        self.notes = {}
        self.reactions = {}  # seq -> {emoji: (count, mine)}

    def take_opened(self, opened):
        assert opened.gid == self.gid
        if opened.reset or opened.epoch != self.epoch:
            self.entries.clear()
            self.last = opened.first_seq - 1
            self.digest = opened.digest_before
        else:
            assert opened.first_seq == self.last + 1, "a run that does not continue ours"
        self.epoch = opened.epoch
        self.floor = opened.floor
        self._take_run(opened.first_seq, opened.digest_before, opened.entries)
        assert self.last == opened.head, "an Opened ends at its head"
        assert self.digest == opened.digest
        self._take_beside(opened)

    def take_batch(self, batch):
        assert batch.epoch == self.epoch
        assert batch.first_seq <= self.last + 1, "a hole before a push"
        self._take_run(batch.first_seq, None, batch.entries)
        if batch.first_seq + len(batch.entries) - 1 == self.last:
            assert self.digest == batch.digest

    def take_range(self, page):
        """A page of history: dense, between its two digests."""
        assert page.epoch == self.epoch
        digest = page.digest_before
        for place, entry in enumerate(page.entries):
            assert entry.seq == page.first_seq + place, "a page is dense"
            assert entry.seq > page.floor, "nothing at or below the floor is shown"
            digest = digest_after(digest, entry)
            self._keep(entry)
        assert digest == page.digest, "the digest of a page"
        if page.first_seq == self.last + 1 and page.entries:
            assert page.digest_before == self.digest
            self.last, self.digest = page.entries[-1].seq, digest
        self._take_beside(page)

    def take_changed(self, changed):
        assert changed.entry.seq <= self.last, "a change of an entry beyond the head"
        self._keep(changed.entry)

    def _keep(self, entry):
        known = self.entries.get(entry.seq)
        if known is None or entry.revision >= known.revision:
            self.entries[entry.seq] = entry
        assert not (entry.recalled and entry.body), "a recalled entry has no body"

    def _take_run(self, first_seq, digest_before, entries):
        for place, entry in enumerate(entries):
            assert entry.seq == first_seq + place, "a run is dense"
            if entry.seq <= self.last:
                continue
            assert entry.seq == self.last + 1
            if self.entries.get(self.last):
                assert entry.time_ms >= self.entries[self.last].time_ms, "time goes back"
            self.digest = digest_after(self.digest or digest_before, entry)
            self.last = entry.seq
            self._keep(entry)

    def _take_beside(self, page):
        self.hidden.update(page.hidden)
        self.notes.update({note.note_id: note for note in page.notes})
        for tally in page.tallies:
            self.reactions[tally.seq] = {
                one.emoji: (one.count, one.mine) for one in tally.reactions}
