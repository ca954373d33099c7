import { err } from '../../../../shared/errors.ts';
import type { GatewayResult, Target } from '../../gateway.ts';
import { Connection } from './connection.ts';
import { Limit } from './limit.ts';
import type { SshSettings } from '../config/settings.ts';

interface Held {
  readonly opening: Promise<GatewayResult<Connection>>;
  connection: Connection | null;
  users: number;
  idle: NodeJS.Timeout | undefined;
}

/** One connection per client, used by all calls of an activation one after the other, and closed when nobody has used it for a while. */
export class Connections {
  readonly #settings: SshSettings;
  readonly #handshakes: Limit;
  readonly #held = new Map<string, Held>();
  #closed = false;
  /** Command lines sent so far, on all connections. */
  commands = 0;

  constructor(settings: SshSettings) {
    this.#settings = settings;
    this.#handshakes = new Limit(settings.handshakes);
  }

  /** Runs `work` on the client's connection, opened anew when it is not there or has broken. */
  async use<T>(
    target: Target,
    work: (connection: Connection) => Promise<GatewayResult<T>>,
  ): Promise<GatewayResult<T>> {
    if (this.#closed) return err({ kind: 'unreachable', message: 'the gateway is closed' });
    const key = `${target.host}:${target.port ?? this.#settings.port}`;
    const held = this.#hold(key, target);
    held.users += 1;
    clearTimeout(held.idle);
    try {
      const opened = await held.opening;
      return opened.ok ? await work(opened.value) : opened;
    } finally {
      held.users -= 1;
      await this.#letGo(key, held);
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    const all = [...this.#held.values()];
    this.#held.clear();
    await Promise.all(all.map(closeHeld));
  }

  #hold(key: string, target: Target): Held {
    const known = this.#held.get(key);
    if (known !== undefined && known.connection?.isOpen !== false) return known;
    const opening = this.#handshakes.run(() =>
      Connection.open(this.#settings, target, () => (this.commands += 1)),
    );
    const held: Held = { opening, connection: null, users: 0, idle: undefined };
    void opening.then((opened) => (held.connection = opened.ok ? opened.value : null));
    this.#held.set(key, held);
    return held;
  }

  /** A connection that did not come about, or has broken, is forgotten at once: the next call tries anew. */
  async #letGo(key: string, held: Held): Promise<void> {
    const opened = await held.opening;
    const isGood = opened.ok && opened.value.isOpen;
    if (!isGood && this.#held.get(key) === held) this.#held.delete(key);
    if (!isGood || held.users > 0) return;
    held.idle = setTimeout(() => {
      if (held.users > 0 || this.#held.get(key) !== held) return;
      this.#held.delete(key);
      opened.value.close();
    }, this.#settings.timeouts.idle);
    held.idle.unref();
  }
}

async function closeHeld({ opening, idle }: Held): Promise<void> {
  clearTimeout(idle);
  const opened = await opening;
  if (opened.ok) opened.value.close();
}
