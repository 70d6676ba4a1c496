// How one is shown to others: a name, and a picture.

import { hasher, hexOf } from "@stentor/sdk";
import { call, isRefusal, keepAccount, keptAccount, type Account, type ApiRefusal } from "../account";
import { avatar, button, el, setText } from "../dom";
import { askServer, Refused } from "../media/server";
import { refusalWords } from "../sign_in";
import { t } from "./texts";

const SIDE = 256;
const QUALITY = 0.85;
const NAME_LETTERS = 64;

export function profileSection(signedIn: Account, changed: (name: string) => void): HTMLElement {
  const account = () => keptAccount() ?? signedIn;
  const name = el("input", { id: "own-name", value: account().name, maxlength: NAME_LETTERS, required: true, autocomplete: "nickname" });
  const save = el("button", { type: "submit" }, t.save);
  const says = el("p", { role: "status" });
  const error = el("p", { class: "error", role: "alert" });
  const file = el("input", { type: "file", accept: "image/*", hidden: true, id: "own-picture" });
  const choose = button(t.pictureChoose, () => file.click());
  const remove = button(t.pictureRemove, () => change({ picture: "" }, t.pictureGone));
  const controls = [save, choose, remove];
  const work = async (what: () => Promise<ApiRefusal | string | undefined>, done: string) => {
    for (const one of controls) one.disabled = true;
    setText(says, "");
    setText(error, "");
    const trouble = await what();
    for (const one of controls) one.disabled = false;
    setText(says, trouble === undefined ? done : "");
    setText(error, trouble === undefined ? "" : typeof trouble === "string" ? trouble : refusalWords(trouble));
  };
  const change = (what: Record<string, string>, done: string) => void work(() => tell(account(), what, changed), done);
  const form = el("form", {}, el("label", { for: name.id }, t.ownName), name, el("div", { class: "buttons" }, save));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    change({ name: name.value.trim() }, t.nameSaved);
  });
  file.addEventListener("change", () => {
    const [chosen] = file.files ?? [];
    file.value = "";
    if (!chosen) return;
    void work(async () => {
      const picture = await squareOf(chosen);
      if (!picture) return t.pictureUnread;
      const address = await sent(picture);
      return typeof address === "string" ? tell(account(), { picture: address }, changed) : address;
    }, t.pictureSaved);
  });
  return el("section", { class: "looks profile", "aria-label": t.profile },
    el("h3", {}, t.profile), el("div", { class: "pictured" }, avatar(signedIn.uid, signedIn.name), choose, remove, file), form, says, error);
}

async function tell(account: Account, what: Record<string, string>, changed: (name: string) => void): Promise<ApiRefusal | undefined> {
  const answer = await call("profile", what, account.token);
  if (isRefusal(answer)) return answer;
  const name = String(answer["name"] ?? account.name);
  keepAccount({ ...account, name });
  changed(name);
  return undefined;
}

// Written anew, so that nothing of where and with what it was taken goes along. Nothing: the browser cannot draw it.
async function squareOf(file: File): Promise<Blob | undefined> {
  const bitmap = await createImageBitmap(file).catch(() => undefined);
  if (!bitmap) return undefined;
  const side = Math.min(bitmap.width, bitmap.height);
  const canvas = el("canvas", { width: SIDE, height: SIDE });
  canvas.getContext("2d")?.drawImage(bitmap, (bitmap.width - side) / 2, (bitmap.height - side) / 2, side, side, 0, 0, SIDE, SIDE);
  bitmap.close();
  const blob = await new Promise<Blob | null>((drawn) => canvas.toBlob(drawn, "image/webp", QUALITY));
  return blob ?? undefined;
}

// It fits one part.
async function sent(picture: Blob): Promise<string | ApiRefusal> {
  const hash = hasher();
  hash.update(new Uint8Array(await picture.arrayBuffer()));
  const sha256 = hexOf(hash.digest());
  try {
    const { id } = await askServer("POST", "uploads", { profile: true, name: "picture", size: picture.size, type: picture.type, sha256 });
    await askServer("POST", `uploads/${String(id)}/parts?offset=0`, picture);
    return String((await askServer("POST", `uploads/${String(id)}/finish`, { sha256 }))["address"]);
  } catch (error) {
    return { number: 0, field: "", limit: 0, retryAfterMs: 0, rule: "", ...(error instanceof Refused && { ...error.refusal, number: error.refusal.code }) };
  }
}
