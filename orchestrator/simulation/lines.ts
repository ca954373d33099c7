/** Something that stands in a line: positions order all lines of a campaign. */
export interface InLine {
  readonly position: number;
  readonly name: string;
}

/** Those of one logon server that wait for a slot, in their order. */
export interface Line<T extends InLine> {
  readonly logonServer: string;
  readonly size: number;
  /** The one with so many before it. */
  at(rank: number): T | undefined;
}

/** The room that is left while slots are given out. */
export interface Room {
  readonly free: () => number;
  /** May one more of this logon server take a slot? */
  readonly hasRoom: (logonServer: string) => boolean;
  /** Takes a slot; false = there is none. */
  readonly take: (logonServer: string) => boolean;
}

const longestPage = 1_000;

/**
 * Takes from lines page by page, as `findQueued` reads them: first one of every line, then further
 * ones in pages that grow, until no slot is free.
 */
export function takeFromLines<T extends InLine>(lines: readonly Line<T>[], room: Room): readonly T[] {
  const taken: T[] = [];
  if (room.free() <= 0) return taken;
  let asked = lines.filter(({ size, logonServer }) => size > 0 && room.hasRoom(logonServer));
  let start = 0;
  for (let count = 1; asked.length > 0 && room.free() > 0; count = Math.min(count * 2, longestPage)) {
    const page: { readonly item: T; readonly logonServer: string }[] = [];
    for (const line of asked)
      for (let rank = start; rank < start + count; rank += 1) {
        const item = line.at(rank);
        if (item === undefined) break;
        page.push({ item, logonServer: line.logonServer });
      }
    page.sort((a, b) => byPosition(a.item, b.item));
    for (const { item, logonServer } of page) {
      if (room.free() <= 0) break;
      if (room.hasRoom(logonServer) && room.take(logonServer)) taken.push(item);
    }
    asked = asked.filter(({ size, logonServer }) => size >= start + count && room.hasRoom(logonServer));
    start += count;
  }
  return taken;
}

const byPosition = (a: InLine, b: InLine): number => a.position - b.position || (a.name < b.name ? -1 : 1);
