import { chance } from '../../../../orchestrator/simulation/machines/chance.ts';

/** Which campaign of a run takes a client. */
export type Group = 'main' | 'side' | 'often' | 'seldom' | 'doomed' | 'alarm';

/** Whether the file of the main campaign selects a client now. */
export type Standing = 'in' | 'out' | 'absent';

interface Row {
  readonly client: string;
  /** Every column of the fleet file but the labels. */
  readonly front: string;
  readonly labels: readonly string[];
  readonly group: Group;
}

/** Clients of the last wave. */
const lastCount = 6;
const scheduledCount = 3;
/** Clients of each campaign that its rule stops. */
const stoppedCount = 10;

/**
 * The fleet file of a run, as its operators change it: which client is in which group, which has
 * been taken out by a label, and which is not in the fleet yet. The seed decides the groups.
 */
export class FleetBook {
  readonly #header: string;
  readonly #rows = new Map<string, Row>();
  readonly #standing = new Map<string, Standing>();
  /** The clients that the main campaign selects when it is created. */
  readonly firstMembers: readonly string[];

  constructor(csv: string, seed: string) {
    const [header = '', ...lines] = csv.split('\n').filter((line) => line !== '');
    this.#header = header;
    const drawn = lines.toSorted((a, b) => chance(seed, 'group', a) - chance(seed, 'group', b));
    const sideCount = Math.max(8, Math.round(lines.length / 10));
    const lateFrom = sideCount + 2 * (scheduledCount + stoppedCount) + lastCount + 1;
    const lateTo = lateFrom + Math.ceil(lines.length / 20);
    for (const [at, line] of drawn.entries()) {
      const cells = line.split(',');
      const own = (cells.pop() ?? '').split(' ').filter((label) => label !== '');
      const [client = ''] = cells;
      const { group, label } = partAt(at, sideCount);
      const labels = label === null ? own : [...own, label];
      this.#rows.set(client, { client, front: cells.join(','), labels, group });
      // One client has the label from the beginning: a campaign must not name an unknown one.
      const isOut = at === lateFrom - 1;
      this.#standing.set(client, isOut ? 'out' : at >= lateFrom && at < lateTo ? 'absent' : 'in');
    }
    this.firstMembers = this.selected();
  }

  /** Clients of a group. */
  of(group: Group): readonly string[] {
    return [...this.#rows.values()].filter((row) => row.group === group).map(({ client }) => client);
  }

  /** Clients of the main campaign that stand so, but for those of the last wave. */
  standing(standing: Standing): readonly string[] {
    return this.of('main').filter(
      (client) => this.#standing.get(client) === standing && !this.isLast(client),
    );
  }

  /** The clients that the file of the main campaign selects. */
  selected(): readonly string[] {
    return this.of('main').filter((client) => this.#standing.get(client) === 'in');
  }

  isLast(client: string): boolean {
    return this.#rows.get(client)?.labels.includes('ring=last') ?? false;
  }

  set(clients: readonly string[], standing: Standing): void {
    for (const client of clients) this.#standing.set(client, standing);
  }

  /** A fleet file of these clients as they stand; a client that is absent has no row. */
  text(clients: readonly string[] = [...this.#rows.keys()]): string {
    const rows = clients.flatMap((client) => {
      const row = this.#rows.get(client);
      const standing = this.#standing.get(client);
      if (row === undefined || standing === 'absent') return [];
      return [`${row.front},${[...row.labels, ...(standing === 'out' ? ['out'] : [])].join(' ')}`];
    });
    return `${[this.#header, ...rows].join('\n')}\n`;
  }
}

function partAt(at: number, sideCount: number): { readonly group: Group; readonly label: string | null } {
  const sizes: readonly (readonly [Group, number])[] = [
    ['side', sideCount],
    ['often', scheduledCount],
    ['seldom', scheduledCount],
    ['doomed', stoppedCount],
    ['alarm', stoppedCount],
  ];
  let from = 0;
  for (const [group, size] of sizes) {
    from += size;
    if (at < from) return { group, label: `group=${group}` };
  }
  return { group: 'main', label: at < from + lastCount ? 'ring=last' : null };
}
