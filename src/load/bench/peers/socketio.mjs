// A room of socket.io as its tutorial builds it, over WebSockets only: the adapter encodes a
// message once for all.
//
//     node socketio.mjs

import { createServer } from "node:http";
import { Server } from "socket.io";

const http = createServer();
const io = new Server(http, { transports: ["websocket"], serveClient: false });
io.on("connection", (socket) => {
  socket.on("say", (text) => io.emit("said", text));
});
http.listen({ host: "127.0.0.1", port: 0, backlog: 4096 }, () => {
  console.log(`listening on ${http.address().port}`);
});
