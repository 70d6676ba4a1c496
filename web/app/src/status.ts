// Whether we are connected, in words, with the seconds until the next try. On a phone it stands a second time,
// above an open conversation, as long as something is wrong.

import { type Client } from "@stentor/sdk";
import { button, el, setText } from "./dom";
import { duration, t } from "./texts";
import { wordsOf } from "./words";

export class Status {
  readonly #words = el("span", {});
  readonly #now: HTMLButtonElement;
  readonly element: HTMLElement;

  constructor(private readonly client: Client) {
    this.#now = button(t.now, () => client.connection.wake(), { class: "link" });
    this.element = el("div", { class: "status", role: "status" }, el("span", { class: "dot" }), this.#words, this.#now);
  }

  render(): void {
    const { state, silent } = this.client.connection;
    this.element.dataset["state"] = silent ? "silent" : state.name;
    this.#now.hidden = state.name !== "waiting" || state.bidden;
    setText(this.#words, this.#say());
  }

  #say(): string {
    const { state, silent } = this.client.connection;
    // The browser may be wrong about it, where the server is this machine: an answer counts for more.
    if (!navigator.onLine && (silent || (state.name !== "online" && state.name !== "stopped"))) return t.noNetwork;
    if (silent) return t.silent;
    switch (state.name) {
      case "online":
        return t.connected;
      case "waiting": {
        const words = t.reconnecting(duration(state.untilMs - Date.now()));
        return state.code === 0 ? words : `${wordsOf({ code: state.code })} ${words}`;
      }
      case "stopped":
        return wordsOf({ code: state.code });
      case "idle":
        return t.idle;
      default:
        return t.connecting;
    }
  }
}
