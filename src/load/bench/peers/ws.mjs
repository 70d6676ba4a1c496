// What the documentation of ws shows as a broadcast: what one client says goes to all that are
// open, as bytes that are made once in a process. With more than one process each holds its part of
// the clients, and the first one passes messages on.
//
//     node ws.mjs PROCESSES

import cluster from "node:cluster";
import process from "node:process";
import WebSocket, { WebSocketServer } from "ws";

const processes = Number(process.argv[2] ?? "1");

function serve(pass) {
  const server = new WebSocketServer({
    host: "127.0.0.1",
    port: 0,
    backlog: 4096,
    perMessageDeflate: false,
    clientTracking: true,
  });
  const broadcast = (bytes) => {
    for (const client of server.clients) {
      if (client.readyState === WebSocket.OPEN) client.send(bytes, { binary: false });
    }
  };
  server.on("connection", (client) => {
    client.on("error", () => client.terminate());
    client.on("message", (bytes) => {
      if (pass) pass(bytes.toString());
      else broadcast(bytes);
    });
  });
  server.on("listening", () => {
    // Workers share one port; each would say the same.
    if (!pass || cluster.worker.id === processes) console.log(`listening on ${server.address().port}`);
  });
  return broadcast;
}

if (processes === 1) {
  serve();
} else if (cluster.isPrimary) {
  const workers = [];
  const start = () => {
    const worker = cluster.fork();
    workers.push(worker);
    worker.on("message", (text) => {
      for (const each of workers) each.send(text);
    });
    worker.on("listening", () => {
      if (workers.length < processes) start();
    });
  };
  start();
} else {
  const broadcast = serve((text) => process.send(text));
  process.on("message", (text) => broadcast(Buffer.from(text)));
}
