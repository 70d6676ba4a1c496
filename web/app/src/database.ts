// One IndexedDB database, as a page may lose it at any moment: in private windows, without room, when the person
// wipes it, when another tab needs it for a newer page. Nothing here throws, and no wait is without an end: a page
// goes on without it.
//
// A write is kept once its transaction is complete; the success of a single put comes before that, and a
// transaction that nobody commits is undone when the page goes.

export const STORES = ["drafts", "outbox", "groups", "about", "uploads", "files"] as const;
export type StoreName = (typeof STORES)[number];
type Stores = (name: StoreName) => IDBObjectStore;

// A page of tomorrow that stores something else takes a larger one; this page then has no database.
const VERSION = 2;
const OPEN_WITHIN_MS = 2_000;

export class Database {
  #lost = false;

  private constructor(private readonly db: IDBDatabase) {
    db.addEventListener("versionchange", () => this.close());
    db.addEventListener("close", () => (this.#lost = true));
  }

  // Nothing: this browser keeps nothing for this page, now.
  static open(name: string, factory = factoryHere()): Promise<Database | undefined> {
    return new Promise((done) => {
      let waits = true;
      const give = (database?: Database) => {
        if (!waits) return database?.close();
        waits = false;
        return done(database);
      };
      setTimeout(give, OPEN_WITHIN_MS);
      const request = tried(() => factory?.open(name, VERSION));
      if (!request) return give();
      request.addEventListener("upgradeneeded", () => make(request.result));
      request.addEventListener("error", () => give());
      request.addEventListener("success", () => give(new Database(request.result)));
      return undefined;
    });
  }

  // All tabs let go of it. What lies in it goes first, should one of them be too deeply asleep to hear of it.
  static async remove(name: string, factory = factoryHere()): Promise<void> {
    const database = await Database.open(name, factory);
    await database?.write(STORES, (of) => STORES.forEach((store) => of(store).clear()));
    database?.close();
    tried(() => factory?.deleteDatabase(name));
  }

  // It is gone, or another tab needs it.
  get lost(): boolean {
    return this.#lost;
  }

  close(): void {
    this.#lost = true;
    this.db.close();
  }

  // Nothing: it could not be read.
  read<Found extends unknown[]>(stores: readonly StoreName[], ask: (of: Stores) => { [I in keyof Found]: IDBRequest<Found[I]> }): Promise<Found | undefined> {
    return this.#run(stores, "readonly", {}, ask).then((requests) => requests?.map(({ result }) => result as unknown) as Found | undefined);
  }

  // False: nothing of it was kept. `strict`: it must outlive the machine, not only the page.
  write(stores: readonly StoreName[], change: (of: Stores) => unknown, strict = false): Promise<boolean> {
    return this.#run(stores, "readwrite", { durability: strict ? "strict" : "relaxed" }, (of) => (change(of), true)).then((done) => done === true);
  }

  #run<Result>(stores: readonly StoreName[], mode: IDBTransactionMode, options: IDBTransactionOptions, use: (of: Stores) => Result): Promise<Result | undefined> {
    return new Promise((done) => {
      const begun = this.#lost ? undefined : tried(() => {
        const transaction = this.db.transaction([...stores], mode, options);
        return { transaction, result: use((name) => transaction.objectStore(name)) };
      });
      if (!begun) return done(undefined);
      const { transaction, result } = begun;
      transaction.addEventListener("complete", () => done(result));
      transaction.addEventListener("abort", () => done(undefined));
      return tried(() => transaction.commit());
    });
  }
}

function make(db: IDBDatabase): void {
  for (const name of STORES) {
    if (!db.objectStoreNames.contains(name)) db.createObjectStore(name, { autoIncrement: name === "outbox" });
  }
}

function factoryHere(): IDBFactory | undefined {
  return tried(() => indexedDB);
}

// Nothing: it threw.
export function tried<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch {
    return undefined;
  }
}
