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

/** So many heads of lines are taken one by one; for more it is cheaper to sort all of them. */
const singlyAtMost = 8;

/**
 * Takes from lines page by page, as `findQueued` reads them: first one of every line, then further
 * ones in pages that grow, until no slot is free.
 *
 * Mostly one slot is free and hundreds of lines wait, so the heads of the first page are searched
 * for the next one before anything is sorted. Room only shrinks meanwhile: whether a logon server
 * has some is asked when its turn comes.
 */
export function takeFromLines<T extends InLine>(lines: readonly Line<T>[], room: Room): readonly T[] {
  const taken: T[] = [];
  if (room.free() <= 0) return taken;
  let last: T | null = null;
  for (let tries = 0; tries < singlyAtMost; tries += 1) {
    const next: Line<T> | null = nextHead(lines, last);
    if (next === null || room.free() <= 0) break;
    last = next.at(0) ?? null;
    if (last !== null && room.hasRoom(next.logonServer) && room.take(next.logonServer)) taken.push(last);
  }
  return room.free() <= 0 ? taken : [...taken, ...takePages(lines, room, last)];
}

/** The line whose head is the first one after `last`; null = there is none. */
function nextHead<T extends InLine>(lines: readonly Line<T>[], last: T | null): Line<T> | null {
  let found: Line<T> | null = null;
  let foundHead: T | null = null;
  for (const line of lines) {
    const head = line.at(0);
    if (head === undefined || (last !== null && byPosition(head, last) <= 0)) continue;
    if (foundHead !== null && byPosition(head, foundHead) > 0) continue;
    found = line;
    foundHead = head;
  }
  return found;
}

/** @param last the last head that was considered already; null = none was */
function takePages<T extends InLine>(lines: readonly Line<T>[], room: Room, last: T | null): readonly T[] {
  const taken: T[] = [];
  let asked = lines.filter(({ size, logonServer }) => size > 0 && room.hasRoom(logonServer));
  let start = 0;
  for (let count = 1; asked.length > 0 && room.free() > 0; count = Math.min(count * 2, longestPage)) {
    const page: { readonly item: T; readonly logonServer: string }[] = [];
    for (const line of asked)
      for (let rank = start; rank < start + count; rank += 1) {
        const item = line.at(rank);
        if (item === undefined) break;
        if (rank === 0 && last !== null && byPosition(item, last) <= 0) continue;
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

const byPosition = (a: InLine, b: InLine): number =>
  a.position - b.position || (a.name === b.name ? 0 : a.name < b.name ? -1 : 1);
