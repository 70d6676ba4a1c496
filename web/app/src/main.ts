import { Code } from "@stentor/sdk";
import { endToken, forgetAccount, keepAccount, keptAccount, onAccountElsewhere, settled, type Account } from "./account";
import { Kept } from "./kept";
import { late } from "./late";
import { forgetLevels } from "./levels";
import { linkIn } from "./links";
import { Page } from "./page";
import { signInPage } from "./sign_in";
import { t } from "./texts";
import { wordsOf } from "./words";

const WORKER_AFTER_MS = 2_000;

const root = document.querySelector<HTMLElement>("#app");
if (root) begin(root);

// Somebody is signed in, in all tabs of this browser, or nobody is.
function begin(root: HTMLElement): void {
  // Whose page is shown, or will be as soon as it is known what this browser has kept of it.
  let shown: { account: Account; page?: Page } | undefined;

  const ask = (notice = "") => {
    shown?.page?.close();
    shown = undefined;
    signInPage(root, notice, (account) => {
      keepAccount(account);
      enter(account);
    });
  };

  const enter = (account: Account) => {
    shown?.page?.close();
    const entered: typeof shown = { account };
    shown = entered;
    void Kept.open(account.uid, linkIn(location.hash)?.gid ?? 0).then((kept) => {
      if (shown !== entered) return kept.close();
      const page: Page = new Page(root, account, kept, {
        ended: (code) => void ended(account, page, code),
        signOut: () => void signOut(account, false),
        account: () => late(() => import("./account_dialog"), ({ showAccount }) =>
          showAccount({ account, signOut: (everywhere) => void signOut(account, everywhere), passwordChanged: follow, named: (name) => page.named(name), erased: (words) => erased(account, words) })),
      });
      entered.page = page;
      setTimeout(() => void import("./web_push/subscribe").then(({ refreshPush }) => refreshPush(account), () => {}), WORKER_AFTER_MS);
      return undefined;
    });
  };

  // What the browser keeps has changed: by another tab, or while this one was asleep.
  const follow = () => {
    const kept = keptAccount();
    if (kept?.token === shown?.account.token) return;
    if (kept) enter(kept);
    else ask(t.signedOutElsewhere);
  };

  const ended = async (account: Account, page: Page, code: Code) => {
    page.close();
    await settled();
    if (shown?.page !== page) return;
    const kept = keptAccount();
    if (kept && kept.token !== account.token) return enter(kept);
    // Another version of this page needs the same token.
    if (code !== Code.UNSUPPORTED_VERSION) {
      forgetAccount();
      void Kept.forgetOthers(account.uid);
    }
    ask(wordsOf({ code }));
  };

  // Here at once; the other tabs follow what the browser keeps.
  const signOut = async (account: Account, everywhere: boolean) => {
    // As long as the token is there.
    shown?.page?.giveUpUploads();
    forgetAccount();
    ask();
    void Kept.forget(account.uid);
    forgetLevels(account.uid);
    void import("./web_push/subscribe").then(({ forgetPush }) => forgetPush(account.uid), () => {});
    const told = await endToken(account, everywhere);
    if (!told && !shown) ask(t.signOutUntold);
  };

  const erased = (account: Account, words: string) => {
    forgetAccount();
    ask(words);
    void Kept.forget(account.uid);
  };

  onAccountElsewhere(follow);
  window.addEventListener("pageshow", follow);
  document.addEventListener("resume", follow);
  const account = keptAccount();
  if (account) enter(account);
  else ask();
  // When nothing more urgent is being loaded.
  setTimeout(() => void import("./worker_registration").then(({ registerWorker }) => registerWorker(), () => {}), WORKER_AFTER_MS);
}
