import { once } from 'node:events';
import { createServer as createPlain, type AddressInfo, type Server, type Socket } from 'node:net';
import { createServer as createTls } from 'node:tls';
import { readFrames, type ReadMessage, readSyslog } from './read-syslog.ts';

/**
 * `take`: reads to the end, then closes, as rsyslog and syslog-ng do. `hold`: reads and never
 * closes. `cut`: resets the connection after the first whole frame.
 */
export type Manner = 'take' | 'hold' | 'cut';

export interface SyslogReceiver extends AsyncDisposable {
  readonly port: number;
  /** Every message that was read, in the order in which it came. */
  readonly got: readonly ReadMessage[];
  /** What is wrong with what came. */
  readonly faults: readonly string[];
  readonly connections: number;
  behave(manner: Manner): void;
}

/** A receiver of syslog over TCP, or over TLS where it gets a key and a certificate. */
export async function openSyslogReceiver(
  tls: {
    readonly key: Buffer;
    readonly cert: Buffer;
    readonly ca?: Buffer;
    readonly requestCert?: boolean;
  } | null = null,
): Promise<SyslogReceiver> {
  const got: ReadMessage[] = [];
  const faults: string[] = [];
  const sockets = new Set<Socket>();
  let manner: Manner = 'take';
  let connections = 0;
  const serve = (socket: Socket): void => {
    connections += 1;
    sockets.add(socket);
    let bytes = Buffer.alloc(0);
    socket.on('close', () => sockets.delete(socket));
    socket.on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => {
      try {
        const { messages, rest } = readFrames(Buffer.concat([bytes, chunk]));
        bytes = Buffer.from(rest);
        got.push(...(manner === 'cut' ? messages.slice(0, 1) : messages).map(readSyslog));
        if (manner === 'cut' && messages.length > 0) socket.resetAndDestroy();
      } catch (error) {
        faults.push(String(error));
      }
    });
    socket.on('end', () => {
      if (bytes.length > 0) faults.push(`a frame of ${bytes.length} octets is not whole`);
      if (manner === 'take') socket.end();
    });
  };
  const server: Server =
    tls === null
      ? createPlain({ allowHalfOpen: true }, serve)
      : createTls({ ...tls, allowHalfOpen: true, rejectUnauthorized: tls.requestCert === true }, serve);
  // Also those whose handshake fails, which are never served.
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  server.on('tlsClientError', () => undefined);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    got,
    faults,
    get connections() {
      return connections;
    },
    behave: (next) => {
      manner = next;
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
