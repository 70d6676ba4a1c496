import "./style.css";
import { forgetAccount, keepAccount, keptAccount, type Account } from "./account";
import { Page } from "./page";
import { signInPage } from "./sign_in";
import { pageLanguage, t } from "./texts";

document.documentElement.lang = pageLanguage;
const root = document.querySelector<HTMLElement>("#app");
if (root) begin(root);

function begin(root: HTMLElement): void {
  const account = keptAccount();
  if (account) enter(root, account);
  else ask(root);
}

function ask(root: HTMLElement, notice = ""): void {
  signInPage(root, notice, (account) => {
    keepAccount(account);
    enter(root, account);
  });
}

function enter(root: HTMLElement, account: Account): void {
  const page = new Page(root, account, (wanted) => {
    forgetAccount();
    page.close();
    ask(root, wanted ? "" : t.signedOut);
  });
}
