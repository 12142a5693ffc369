/** Uploads that are not done, kept in this browser with their films, so that a reload loses nothing. */
import type { Placed } from "../edit/placing";

export type Kept = {
  id: string;
  accountId: string;
  name: string;
  size: number;
  addedMs: number;
  /** Where the server has put it; null before the server was asked. */
  url: string | null;
  /** Null if the browser had no room for it: the same film must be chosen again. */
  file: Blob | null;
  title: string;
  products: Placed[];
};

const NAME = "xiaodian-uploads";
const STORE = "uploads";

function ask<T>(request: IDBRequest<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function store(mode: IDBTransactionMode): Promise<{ store: IDBObjectStore; done: Promise<void> }> {
  const opening = indexedDB.open(NAME, 1);
  opening.onupgradeneeded = () => opening.result.createObjectStore(STORE, { keyPath: "id" });
  const database = await ask(opening);
  const transaction = database.transaction(STORE, mode);
  const done = new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = transaction.onerror = () => reject(transaction.error);
  });
  void done.catch(() => undefined).finally(() => database.close());
  return { store: transaction.objectStore(STORE), done };
}

/** Never throws: where nothing can be kept, the upload itself still goes on. */
export async function keep(upload: Kept): Promise<void> {
  for (const file of [upload.file, null]) {
    try {
      const { store: uploads, done } = await store("readwrite");
      uploads.put({ ...upload, file });
      await done;
      return;
    } catch {
      // No room for the film; its name and place on the server are still worth keeping.
    }
  }
}

export async function change(id: string, by: Partial<Kept>): Promise<void> {
  try {
    const { store: uploads, done } = await store("readwrite");
    const known = (await ask(uploads.get(id))) as Kept | undefined;
    if (known) uploads.put({ ...known, ...by });
    await done;
  } catch {
    // As above.
  }
}

export async function forget(id: string): Promise<void> {
  try {
    const { store: uploads, done } = await store("readwrite");
    uploads.delete(id);
    await done;
  } catch {
    // As above.
  }
}

export async function keptBy(accountId: string): Promise<Kept[]> {
  try {
    const { store: uploads } = await store("readonly");
    const all = (await ask(uploads.getAll())) as Kept[];
    return all.filter((each) => each.accountId === accountId).sort((one, other) => one.addedMs - other.addedMs);
  } catch {
    return [];
  }
}
