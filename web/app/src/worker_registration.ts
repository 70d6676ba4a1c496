// The page's service worker, where a browser lets a page have one: not over plain http.

interface Policy {
  // What may be given where only a trusted address is taken.
  createScriptURL(address: string): string;
}

interface Factory {
  createPolicy(name: string, rules: { createScriptURL(address: string): string }): Policy;
}

const ADDRESS = "/worker.js";

export async function registerWorker(): Promise<void> {
  const workers = navigator.serviceWorker as ServiceWorkerContainer | undefined;
  if (!workers) return;
  // Somebody pressed a notice.
  workers.addEventListener("message", ({ data }) => {
    const { open } = (data ?? {}) as { open?: unknown };
    if (typeof open === "string" && open.startsWith("#/g/")) location.hash = open;
  });
  const { trustedTypes } = window as { trustedTypes?: Factory };
  // The server's policy knows this one by its name, and it knows one address.
  const policy = trustedTypes?.createPolicy("stentor", { createScriptURL: () => ADDRESS });
  // The page goes on without it: nothing but a load without a network needs one.
  await workers.register(policy?.createScriptURL(ADDRESS) ?? ADDRESS, { updateViaCache: "none" }).catch(() => {});
}
