// Whether a text shows anything: the server refuses one that does not (EMPTY_BODY, docs/protocol.md, section 8).

const NOT_SEEN = /^[\p{White_Space}\p{Default_Ignorable_Code_Point}]*$/u;

export function isBlank(text: string): boolean {
  return NOT_SEEN.test(text);
}
