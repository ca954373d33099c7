import type { Socket } from 'node:net';
import type { Connection } from 'ssh2';

/** The TCP side of a connection. */
export interface Wire {
  readonly socket: Socket;
}

/** A packet that ssh2 has no call for. */
interface Packet {
  readonly type: number;
  readonly channel?: number;
  readonly data: Buffer;
  /** A byte after the data. */
  readonly last?: number;
}

/** The part of ssh2's protocol that writes packets; its types do not name it. */
interface Protocol {
  readonly _cipher: { encrypt(packet: Buffer): void };
  readonly _packetRW: {
    readonly write: {
      readonly allocStart: number;
      alloc(size: number): Buffer;
      finalize(packet: Buffer): Buffer;
    };
  };
}

/** Sends one packet, whatever the client allows. */
export function send(connection: Connection, { type, channel, data, last }: Packet): void {
  const { _cipher, _packetRW } = (connection as unknown as { _protocol: Protocol })._protocol;
  const { write } = _packetRW;
  const body = Buffer.concat([
    Buffer.from([type]),
    ...(channel === undefined ? [] : [word(channel)]),
    word(data.length),
    data,
    ...(last === undefined ? [] : [Buffer.from([last])]),
  ]);
  const packet = write.alloc(body.length);
  body.copy(packet, write.allocStart);
  _cipher.encrypt(write.finalize(packet));
}

function word(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE(value);
  return bytes;
}

/** Sends as fast as the socket takes it, until it is closed. */
export function whileWritable({ socket }: Wire, sendOne: () => void): void {
  const go = (): void => {
    for (let sent = 0; sent < 64; sent += 1) {
      if (socket.destroyed) return;
      if (socket.writableNeedDrain) return void socket.once('drain', go);
      sendOne();
    }
    setImmediate(go);
  };
  go();
}
