import type { Socket } from 'node:net';

/** A peer that sends more than this without a line end does not speak the protocol. */
const maxLineLength = 16 * 1024 * 1024;

/**
 * JSON lines over a socket. `onLine` gets each complete line; a longer line than 16 MiB destroys
 * the socket. Lines that are sent within one turn of the event loop leave in one write, so
 * thousands of small calls stay cheap.
 */
export class Lines {
  readonly #socket: Socket;
  #outgoing: string[] = [];
  #partial = '';

  constructor(socket: Socket, onLine: (line: string) => void) {
    this.#socket = socket;
    socket.setEncoding('utf8');
    socket.setNoDelay(true);
    socket.on('data', (chunk: string) => this.#take(chunk, onLine));
  }

  send(value: unknown): void {
    if (this.#outgoing.length === 0) setImmediate(() => this.#flush());
    this.#outgoing.push(JSON.stringify(value));
  }

  #flush(): void {
    if (!this.#socket.destroyed) this.#socket.write(`${this.#outgoing.join('\n')}\n`);
    this.#outgoing = [];
  }

  #take(chunk: string, onLine: (line: string) => void): void {
    // A long line comes in many pieces: only the new piece is searched.
    const [first = '', ...more] = chunk.split('\n');
    const whole = this.#partial + first;
    const last = more.pop();
    this.#partial = last ?? whole;
    if (this.#partial.length > maxLineLength) this.#socket.destroy();
    if (last === undefined) return;
    for (const line of [whole, ...more]) onLine(line);
  }
}

/** The JSON value of a line; undefined when the line is no JSON. */
export function parseJson(line: string): unknown {
  try {
    return JSON.parse(line) as unknown;
  } catch {
    return undefined;
  }
}
