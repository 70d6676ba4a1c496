// What a group and its parts need of the client.

import type { Env } from "./env";
import type { Request } from "./outcome";

export interface GroupPort {
  readonly env: Env;
  uid(): number;
  serverNow(): number;
  // The server's storm level.
  level(): number;
  readonly request: Request;
  changed(): void;
}
