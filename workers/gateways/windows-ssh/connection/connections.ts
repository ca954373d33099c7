import { err } from '../../../../shared/errors.ts';
import type { GatewayResult, Target } from '../../../../shared/execution/gateway.ts';
import { Connection } from './connection.ts';
import type { SshSettings } from '../config/settings.ts';
import { callBytesAtMost } from './inflow.ts';

/**
 * Real time for which a login keeps its turn; most take less. Clients that never finish a login
 * would otherwise hold all turns, and every other client would wait for their deadlines.
 */
const turnMs = 2_000;

interface Pooled {
  readonly opening: Promise<GatewayResult<Connection>>;
  connection: Connection | null;
  users: number;
  idle: NodeJS.Timeout | undefined;
}

/**
 * One connection per client, which the calls of an activation share. An unused connection closes
 * after a while.
 */
export class Connections {
  readonly #settings: SshSettings;
  readonly #handshakes: Limit;
  readonly #pool = new Map<string, Pooled>();
  readonly #closing = new AbortController();
  /** Command lines sent so far, on all connections. */
  commands = 0;

  constructor(settings: SshSettings) {
    this.#settings = settings;
    this.#handshakes = new Limit(settings.handshakes);
  }

  /**
   * Runs `work` on the connection of the client; opens one where there is none or it has broken.
   */
  async use<T>(
    target: Target,
    work: (connection: Connection) => Promise<GatewayResult<T>>,
  ): Promise<GatewayResult<T>> {
    if (this.#closing.signal.aborted) return err({ kind: 'unreachable', message: 'the gateway is closed' });
    const key = placeOf(target, this.#settings.port);
    const pooled = this.#take(key, target);
    pooled.users += 1;
    clearTimeout(pooled.idle);
    try {
      const opened = await pooled.opening;
      if (!opened.ok) return opened;
      opened.value.allow(callBytesAtMost);
      return await work(opened.value);
    } finally {
      pooled.users -= 1;
      await this.#giveBack(key, pooled);
    }
  }

  async close(): Promise<void> {
    this.#closing.abort();
    const all = [...this.#pool.values()];
    this.#pool.clear();
    await Promise.all(all.map(closePooled));
  }

  #take(key: string, target: Target): Pooled {
    const known = this.#pool.get(key);
    if (known !== undefined && known.connection?.isOpen !== false) return known;
    const opening = this.#handshakes.run(() =>
      Connection.open(this.#settings, target, () => (this.commands += 1), this.#closing.signal),
    );
    const pooled: Pooled = { opening, connection: null, users: 0, idle: undefined };
    void opening.then((opened) => (pooled.connection = opened.ok ? opened.value : null));
    this.#pool.set(key, pooled);
    return pooled;
  }

  /**
   * Forgets a connection that could not be opened or has broken, so that the next call opens one.
   */
  async #giveBack(key: string, pooled: Pooled): Promise<void> {
    const opened = await pooled.opening;
    const isGood = opened.ok && opened.value.isOpen;
    if (!isGood && this.#pool.get(key) === pooled) this.#pool.delete(key);
    if (!isGood || pooled.users > 0) return;
    pooled.idle = setTimeout(() => {
      if (pooled.users > 0 || this.#pool.get(key) !== pooled) return;
      this.#pool.delete(key);
      opened.value.close();
    }, this.#settings.timeouts.idle);
    pooled.idle.unref();
  }
}

/**
 * The host keys of the fleet file belong to it: when they change, an open connection may lead to a
 * machine that is not meant any more.
 */
const placeOf = ({ host, port, hostKeys }: Target, usualPort: number): string =>
  [`${host}:${port ?? usualPort}`, ...hostKeys.toSorted()].join(' ');

async function closePooled({ opening, idle }: Pooled): Promise<void> {
  clearTimeout(idle);
  const opened = await opening;
  if (opened.ok) opened.value.close();
}

/**
 * Begins at most so many works at once; the others wait in the order of their calls. A work that
 * takes long goes on without its turn.
 */
class Limit {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(atOnce: number) {
    this.#free = atOnce;
  }

  async run<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    let hasTurn = true;
    const giveOn = (): void => {
      if (hasTurn) this.#giveOn();
      hasTurn = false;
    };
    const turn = setTimeout(giveOn, turnMs);
    turn.unref();
    try {
      return await work();
    } finally {
      clearTimeout(turn);
      giveOn();
    }
  }

  #giveOn(): void {
    const next = this.#waiting.shift();
    if (next === undefined) this.#free += 1;
    else next();
  }
}
