import type { End } from '../../shared/domain/outcome/ending.ts';
import type { ClientReport } from './report.ts';
import { firstAndMore } from './numbers.ts';

/** Clients that ended in the same way for the same reason. */
export interface EqualReason {
  readonly end: End;
  readonly reason: string;
  readonly count: number;
  /** The first of them, in the order in which they came. */
  readonly clients: readonly string[];
}

/** At most so many different reasons are listed; the clients of all others are counted together. */
const reasonsAtMost = 200;
const namedAtMost = 12;

const otherReasons = 'for other reasons';

/** Groups clients by the end and the reason, for any number of clients. */
export class EqualReasons {
  readonly #groups = new Map<string, { end: End; reason: string; count: number; clients: string[] }>();

  add({ client, end, reason, cause }: Pick<ClientReport, 'client' | 'end' | 'reason' | 'cause'>): void {
    if (end === null) return;
    const said = reason ?? cause ?? '';
    const isNew = !this.#groups.has(`${end}|${said}`);
    const kept = isNew && this.#groups.size >= reasonsAtMost ? otherReasons : said;
    const key = `${end}|${kept}`;
    const group = this.#groups.get(key) ?? { end, reason: kept, count: 0, clients: [] };
    group.count += 1;
    if (group.clients.length < namedAtMost) group.clients.push(client);
    this.#groups.set(key, group);
  }

  /** The reason of most clients first. */
  ranked(): readonly EqualReason[] {
    return [...this.#groups.values()].sort((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1));
  }
}

/** `pc-1, pc-2 and 46 more`. */
export const namesInWords = ({ clients, count }: Pick<EqualReason, 'clients' | 'count'>): string =>
  firstAndMore(clients, count);
