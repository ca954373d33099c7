import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { ok } from '../../../shared/errors.ts';
import { Lines, parseJson } from '../../../workers/gateways/simulated/lines.ts';
import { abandonSchema, requestSchema } from '../../../shared/execution/simulated/wire.ts';
import { controlSchema } from './control.ts';
import { type Dispatcher, Driver } from './dispatcher.ts';
import type { Lab } from './lab.ts';

/**
 * The socket of the fleet: JSON lines, on loopback unless configured otherwise; many drivers, many
 * calls at once on each connection.
 */
export class FleetServer {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  constructor(dispatcher: Dispatcher, lab: Lab) {
    this.#server = createServer((socket) => {
      this.#sockets.add(socket);
      socket.once('close', () => this.#sockets.delete(socket));
      serveDriver(socket, dispatcher, lab);
    });
  }

  /** Listens and returns the port. Rejects when the port is taken. */
  async listen(port: number, host = '127.0.0.1'): Promise<number> {
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    this.#server.once('error', reject);
    this.#server.listen(port, host, () => resolve((this.#server.address() as AddressInfo).port));
    return promise;
  }

  async close(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#server.close(() => resolve());
    for (const socket of this.#sockets) socket.destroy();
    await promise;
  }
}

const drop = 'endless '.repeat(8_192);

/** Writes as fast as the other side reads, until the connection is closed. */
function pourInto(socket: Socket): void {
  if (socket.destroyed) return;
  if (socket.write(drop)) setImmediate(() => pourInto(socket));
  else socket.once('drain', () => pourInto(socket));
}

/** When a driver dies, its calls that have not begun on a machine never begin. */
function serveDriver(socket: Socket, dispatcher: Dispatcher, lab: Lab): void {
  const lines = new Lines(socket, (line) => take(parseJson(line)));
  const driver = new Driver({
    reply: (id, answer) => lines.send({ id, ...answer }),
    replyHalf: (id, answer) => {
      const text = JSON.stringify({ id, ...answer });
      socket.end(text.slice(0, Math.floor(text.length / 2)));
      driver.leave();
    },
    say: (words) => void socket.write(`${words}\n`),
    pour: () => pourInto(socket),
    cut: () => {
      driver.leave();
      socket.destroy();
    },
  });
  // `end` comes as soon as the driver's side is gone, `close` some turns of the event loop later.
  socket.once('end', () => driver.leave());
  socket.once('close', () => driver.leave());
  socket.on('error', () => socket.destroy());

  function take(message: unknown): void {
    const request = requestSchema.safeParse(message);
    if (request.success) return void dispatcher.serve(driver, request.data);
    const abandon = abandonSchema.safeParse(message);
    if (abandon.success) return driver.giveUp(abandon.data.abandon);
    const control = controlSchema.safeParse(message);
    // A connection that sends anything else is no driver of this lab.
    if (!control.success) return void socket.destroy();
    const { data } = control;
    void lab.serve(data).then((value) => lines.send({ id: data.id, ...ok(value) }));
  }
}
