import type { InLine, Line } from './lines.ts';
import type { Row } from './row.ts';

interface ParkedRow extends InLine {
  readonly row: Row;
}

/** The parked upgrades of one logon server, the oldest first. */
class ParkedLine implements Line<ParkedRow> {
  readonly logonServer: string;
  readonly rows: ParkedRow[] = [];

  constructor(logonServer: string) {
    this.logonServer = logonServer;
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
    return [...this.#lines.values()].map((line) => {
      const finishing = new ParkedLine(line.logonServer);
      finishing.rows.push(...line.rows.filter(({ row }) => row.finishing));
      return finishing;
    });
  }

  /** The oldest of a logon server. */
  oldest(logonServer: string, which: 'all' | 'finishing'): Row | null {
    const rows = this.#lines.get(logonServer)?.rows ?? [];
    return rows.find(({ row }) => which === 'all' || row.finishing)?.row ?? null;
  }

  /** Logon servers in the order of their oldest parked upgrade. */
  servers(which: 'all' | 'finishing'): readonly string[] {
    const first = (line: ParkedLine): ParkedRow | undefined =>
      line.rows.find(({ row }) => which === 'all' || row.finishing);
    return [...this.#lines.values()]
      .flatMap((line) => {
        const oldest = first(line);
        return oldest === undefined ? [] : [{ line, oldest }];
      })
      .sort((a, b) =>
        a.oldest.position !== b.oldest.position
          ? a.oldest.position - b.oldest.position
          : a.line.logonServer < b.line.logonServer
            ? -1
            : 1,
      )
      .map(({ line }) => line.logonServer);
  }
}
