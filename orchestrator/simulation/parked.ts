import type { InLine, Line } from './lines.ts';
import type { Row } from './row.ts';

interface ParkedRow extends InLine {
  readonly row: Row;
}

/** The parked upgrades of one logon server, the oldest first. */
class ParkedLine implements Line<ParkedRow> {
  readonly logonServer: string;
  readonly rows: ParkedRow[];

  constructor(logonServer: string, rows: ParkedRow[] = []) {
    this.logonServer = logonServer;
    this.rows = rows;
  }

  get size(): number {
    return this.rows.length;
  }

  at(rank: number): ParkedRow | undefined {
    return this.rows[rank];
  }
}

const isBefore = (a: InLine, b: InLine): boolean =>
  a.position < b.position || (a.position === b.position && a.name < b.name);

interface ServerInLine {
  readonly position: number;
  readonly logonServer: string;
}

const isEarlier = (one: ServerInLine, other: ServerInLine | undefined): boolean =>
  other === undefined ||
  one.position < other.position ||
  (one.position === other.position && one.logonServer < other.logonServer);

/** The parked upgrades of a campaign, by the logon server for which each waits. */
export class Parked {
  readonly #lines = new Map<string, ParkedLine>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  add(row: Row): void {
    const { logonServer } = row.upgrade;
    const line = this.#lines.get(logonServer) ?? new ParkedLine(logonServer);
    this.#lines.set(logonServer, line);
    const parked = { row, position: row.parkedAt, name: row.client.client };
    let place = line.rows.length;
    while (place > 0 && isBefore(parked, line.rows[place - 1] ?? parked)) place -= 1;
    line.rows.splice(place, 0, parked);
    this.#size += 1;
  }

  remove(row: Row): void {
    const line = this.#lines.get(row.upgrade.logonServer);
    const place = line?.rows.findIndex((each) => each.row === row) ?? -1;
    if (line === undefined || place < 0) return;
    line.rows.splice(place, 1);
    this.#size -= 1;
    if (line.rows.length === 0) this.#lines.delete(line.logonServer);
  }

  /** The lines that are not empty; with `finishing` only of those that finish what has begun. */
  lines(which: 'all' | 'finishing'): readonly Line<ParkedRow>[] {
    if (which === 'all') return [...this.#lines.values()];
    return [...this.#lines.values()].flatMap(({ logonServer, rows }) => {
      const finishing = rows.filter(({ row }) => row.finishing);
      return finishing.length === 0 ? [] : [new ParkedLine(logonServer, finishing)];
    });
  }

  /** The oldest of a logon server. */
  oldest(logonServer: string, which: 'all' | 'finishing'): Row | null {
    const rows = this.#lines.get(logonServer)?.rows;
    const oldest = which === 'all' ? rows?.[0] : rows?.find(({ row }) => row.finishing);
    return oldest?.row ?? null;
  }

  /** Logon servers in the order of their oldest parked upgrade, so many at most. */
  servers(which: 'all' | 'finishing', most: number): readonly string[] {
    const first: ServerInLine[] = [];
    for (const { rows, logonServer } of this.#lines.values()) {
      const oldest = which === 'all' ? rows[0] : rows.find(({ row }) => row.finishing);
      if (oldest === undefined) continue;
      const { position } = oldest;
      let place = first.length;
      while (place > 0 && isEarlier({ position, logonServer }, first[place - 1])) place -= 1;
      if (place >= most) continue;
      first.splice(place, 0, { position, logonServer });
      if (first.length > most) first.pop();
    }
    return first.map(({ logonServer }) => logonServer);
  }
}
