import type { Socket } from 'node:net';

/** All that one call brings: the output of its commands, without the files that it reads. */
export const callBytesAtMost = 16 * 1024 * 1024;

/** Answers that wait because the client does not read them. */
const unreadBytesAtMost = 4 * 1024 * 1024;

/**
 * OpenSSH asks for new keys once in a gigabyte. Each exchange costs some milliseconds of a core.
 */
const keyExchangesAtMost = 64;

/**
 * Bounds what a client sends over its connection, in whatever form: output, files, answers that
 * nobody has asked for, messages that mean nothing. ssh2 does not hold a client to its windows.
 */
export class Inflow {
  readonly #socket: Socket;
  readonly #exceeded: (why: string) => void;
  #allowed = callBytesAtMost;
  #keyExchanges = 0;

  /** @param exceeded ends the connection */
  constructor(socket: Socket, exceeded: (why: string) => void) {
    this.#socket = socket;
    this.#exceeded = exceeded;
  }

  /** From now on the client may send so many bytes more. Allowances do not add up. */
  allow(bytes: number): void {
    this.#allowed = Math.max(this.#allowed, this.#socket.bytesRead + bytes);
  }

  /** To be called once the socket is connected: ssh2 has paused it until then. */
  watch(): void {
    this.#socket.on('data', () => {
      if (this.#socket.bytesRead > this.#allowed) this.#exceeded('the client sends more than was asked for');
      else if (this.#socket.writableLength > unreadBytesAtMost)
        this.#exceeded('the client asks, and does not read the answers');
    });
  }

  exchangedKeys(): void {
    this.#keyExchanges += 1;
    if (this.#keyExchanges > keyExchangesAtMost) this.#exceeded('the client asks for new keys without end');
  }
}
