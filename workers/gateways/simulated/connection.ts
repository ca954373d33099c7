import { connect, type Socket } from 'node:net';
import { err } from '../../../shared/errors.ts';
import { reasonOf } from '../../../shared/reason-of.ts';
import type { GatewayFailure, GatewayResult } from '../../../shared/execution/gateway.ts';
import { Lines, parseJson } from './lines.ts';
import { answerSchema } from '../../../shared/execution/simulated/wire.ts';

/** Where a lab fleet listens; without a host, on this machine. */
export interface FleetAddress {
  readonly host?: string;
  readonly port: number;
}

/** Reads `simulated:PORT` or `simulated:HOST:PORT`; the settings have checked the form. */
export function fleetAddress(gateway: string): FleetAddress {
  const [host, port] = gateway.split(':').slice(1);
  return port === undefined ? { port: Number(host) } : { host: String(host), port: Number(port) };
}

const refuse = (kind: GatewayFailure['kind'], message: string): GatewayResult<never> =>
  err({ kind, message });

type Settle = (result: GatewayResult<unknown>) => void;

/**
 * The connection to the fleet, which carries all calls. A call opens it where it is not open. When
 * it breaks, the calls in flight end as `cutOff`: whether the client did them is not known.
 */
export class Connection {
  readonly #address: { readonly host: string; readonly port: number };
  readonly #deadlineMs: number;
  readonly #pending = new Map<number, Settle>();
  #link: Promise<Lines> | null = null;
  #socket: Socket | null = null;
  #lastId = 0;
  #closed = false;

  constructor(address: { readonly host: string; readonly port: number }, deadlineMs = Infinity) {
    this.#address = address;
    this.#deadlineMs = deadlineMs;
  }

  /**
   * Sends one call and returns the answer of the fleet; an abort returns `cutOff` at once, the
   * deadline `timedOut`.
   */
  async call(body: Readonly<Record<string, unknown>>, signal: AbortSignal): Promise<GatewayResult<unknown>> {
    if (signal.aborted) return refuse('cutOff', 'given up before it was sent');
    if (this.#closed) return refuse('unreachable', 'the gateway is closed');
    const id = ++this.#lastId;
    const { promise, resolve } = Promise.withResolvers<GatewayResult<unknown>>();
    const giveUp = (): void => this.#giveUp(id, 'cutOff', 'given up while the client worked on it');
    this.#pending.set(id, resolve);
    signal.addEventListener('abort', giveUp, { once: true });
    const timer = this.#timer(id);
    this.#send(id, body);
    const result = await promise;
    clearTimeout(timer);
    signal.removeEventListener('abort', giveUp);
    return result;
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#answerAll('cutOff', 'the gateway was closed');
    const socket = this.#socket;
    if (socket === null || socket.closed) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    socket.once('close', () => resolve());
    socket.destroy();
    await promise;
  }

  #timer(id: number): NodeJS.Timeout | undefined {
    if (this.#deadlineMs === Infinity) return undefined;
    const late = `no answer within ${this.#deadlineMs / 1000} s`;
    return setTimeout(() => this.#giveUp(id, 'timedOut', late), this.#deadlineMs);
  }

  #send(id: number, body: Readonly<Record<string, unknown>>): void {
    this.#link ??= this.#open();
    this.#link.then(
      (lines) => {
        if (this.#pending.has(id)) lines.send({ id, ...body });
      },
      (error: unknown) => this.#answer(id, refuse('unreachable', `no way to the fleet: ${reasonOf(error)}`)),
    );
  }

  #giveUp(id: number, kind: GatewayFailure['kind'], message: string): void {
    if (!this.#pending.has(id)) return;
    this.#answer(id, refuse(kind, message));
    this.#link?.then(
      (lines) => lines.send({ abandon: id }),
      () => undefined,
    );
  }

  #open(): Promise<Lines> {
    const socket = connect(this.#address);
    this.#socket = socket;
    const { promise, resolve, reject } = Promise.withResolvers<Lines>();
    const lines = new Lines(socket, (line) => this.#take(line, socket));
    let opened = false;
    socket.once('connect', () => {
      opened = true;
      resolve(lines);
    });
    // `close` comes some turns of the event loop after `error`; a call in between opens a new
    // connection.
    const lost = (error?: Error): void => {
      if (this.#link === promise) {
        this.#link = null;
        if (opened) this.#answerAll('cutOff', 'the connection to the fleet broke');
      }
      reject(error ?? new Error('the connection was closed'));
    };
    socket.on('error', lost);
    socket.once('close', () => lost());
    return promise;
  }

  #take(line: string, socket: Socket): void {
    const answer = answerSchema.safeParse(parseJson(line));
    if (answer.success) {
      const { id, ...result } = answer.data;
      return this.#answer(id, result.ok ? { ok: true, value: result.value } : result);
    }
    // Which call this line answers is not known, so no call in flight can expect its answer any
    // more.
    this.#link = null;
    socket.destroy();
    this.#answerAll('garbled', `the fleet said something that is no answer: ${line.slice(0, 200)}`);
  }

  #answer(id: number, result: GatewayResult<unknown>): void {
    const settle = this.#pending.get(id);
    this.#pending.delete(id);
    settle?.(result);
  }

  #answerAll(kind: GatewayFailure['kind'], message: string): void {
    for (const id of this.#pending.keys()) this.#answer(id, refuse(kind, message));
  }
}
