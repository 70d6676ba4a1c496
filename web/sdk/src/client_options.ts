import type { Env, OpenSocket } from "./env";
import type { Save } from "./unsent";
import type { UserLogPlace } from "./userlog";

// What a client is made of.
export interface ClientOptions {
  // A clock, timers and randomness.
  env: Env;
  // Such as webSocketOpener() makes.
  open: OpenSocket;
  // As signing in over HTTP has answered.
  token: string;
  // A random number that this device keeps.
  device: number;
  // Name and version of the program, for the operator.
  client: string;
  // Where the cursor of my own log lies; in memory when left out.
  userLog?: UserLogPlace;
  // What Group.snapshot.take() has given to a page before this one.
  kept?: (gid: number) => Uint8Array | undefined;
  // Where what is written lies until the server has it; in memory when left out.
  save?: Save;
}
