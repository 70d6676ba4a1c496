// Whether we are connected, in words, with the seconds until the next try.

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
    const { state } = this.client.connection;
    this.element.dataset["state"] = state.name;
    this.#now.hidden = state.name !== "waiting" || state.bidden;
    setText(this.#words, this.#say());
  }

  #say(): string {
    const { state } = this.client.connection;
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
