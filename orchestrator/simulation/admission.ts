import { chooseAdmissions } from '../../shared/domain/campaign/admission.ts';
import { isFinishingCampaign } from '../domain/cancel-order.ts';
import { isClosed, isFull } from '../domain/store-checks.ts';
import { mayStart, speedNow, withStarts } from '../domain/speed.ts';
import type { Books } from './books.ts';
import { ClassTimes } from './class-times.ts';
import { type Room, takeFromLines } from './lines.ts';
import type { Observer } from './observer.ts';
import type { Row } from './row.ts';
import type { WaitingClient, WaitingLine } from './waiting.ts';

/** Fills the free slots of a simulated campaign, as the leader's round does. */
export class Admission {
  readonly #books: Books;
  readonly #observer: Observer;
  readonly #classes: ClassTimes;

  constructor(books: Books, observer: Observer) {
    this.#books = books;
    this.#observer = observer;
    this.#classes = new ClassTimes(books.campaign.definition);
  }

  /** @returns when the next client may begin though nothing changes; null = never */
  admit(at: number): number | null {
    const books = this.#books;
    const { budgets, campaign } = books;
    const free = budgets.active - books.slots.all;
    if (free <= 0) return null;
    const room = this.#room(free);
    const parked = this.#parked(room);
    const openings: number[] = [];
    const starts = this.#starts(at);
    const able = isFinishingCampaign(campaign) || !books.isRunning ? [] : this.#waiting(room, at, openings);
    const waiting = able.slice(0, starts);
    const candidates: readonly Candidate[] = [
      ...parked.map((row) => ({ client: row.client.client, logonServer: row.upgrade.logonServer, row })),
      ...waiting.map((each) => ({
        client: each.name,
        logonServer: each.client.logonServer,
        waiting: each,
      })),
    ];
    const inUse = {
      active: books.slots.all,
      perLogonServer: Object.fromEntries(
        candidates.map(({ logonServer }) => [logonServer, books.slots.at(logonServer)] as const),
      ),
    };
    for (const candidate of chooseAdmissions(budgets, inUse, candidates)) this.#take(candidate, at);
    if (able.length > waiting.length) openings.push(at + 1_000);
    return openings.length === 0 ? null : Math.min(...openings);
  }

  #take({ logonServer, row, waiting }: Candidate, at: number): void {
    const books = this.#books;
    if (isFull(books, logonServer)) return;
    if (row !== undefined) {
      if (!isClosed(books, logonServer, 0) || row.finishing) books.admitParked(row, at);
      return;
    }
    if (waiting === undefined || isClosed(books, logonServer, 0)) return;
    const { client, upgrade } = books.admitWaiting(waiting, at);
    if (books.campaign.definition.speed !== undefined) books.starts = withStarts(books.starts, 1, at);
    this.#observer.upgrade?.({
      client,
      before: null,
      after: upgrade,
      at,
      because: 'admitted: a slot is free',
    });
  }

  #room(most: number): Room {
    const { slots, budgets } = this.#books;
    const books = this.#books;
    const taken = new Map<string, number>();
    const closed = new Map<string, boolean>();
    let free = most;
    return {
      free: () => free,
      hasRoom: (logonServer) => {
        const used = slots.at(logonServer) + (taken.get(logonServer) ?? 0);
        if (free <= 0 || used >= budgets.perLogonServer) return false;
        const known = closed.get(logonServer) ?? isClosed(books, logonServer, 0);
        closed.set(logonServer, known);
        return !known;
      },
      take: (logonServer) => {
        free -= 1;
        taken.set(logonServer, (taken.get(logonServer) ?? 0) + 1);
        return true;
      },
    };
  }

  #parked(room: Room): readonly Row[] {
    const { parked, isRunning } = this.#books;
    if (parked.size === 0) return [];
    const all = isRunning ? takeFromLines(parked.lines('all'), room).map(({ row }) => row) : [];
    const taken = new Set(all);
    const always: Room = { ...room, hasRoom: (server) => room.free() > 0 && !isFull(this.#books, server) };
    const finishing = takeFromLines(parked.lines('finishing'), always)
      .map(({ row }) => row)
      .filter((row) => !taken.has(row));
    return [...all, ...finishing];
  }

  /** Clients of open waves on whom something may begin now. */
  #waiting(room: Room, at: number, openings: number[]): readonly WaitingClient[] {
    const { waiting, campaign } = this.#books;
    const { state } = campaign;
    const found: WaitingClient[] = [];
    const openWaves = 'openWaves' in state ? state.openWaves : 0;
    for (let wave = 0; wave < openWaves && room.free() > 0; wave += 1) {
      const lines = waiting.lines(wave);
      const hasZones = lines.some(({ zone }) => zone !== undefined);
      const open = hasZones ? lines.filter((line) => this.#isOpen(line, at, openings)) : lines;
      found.push(...takeFromLines(open, room));
    }
    return found;
  }

  #isOpen({ zone }: WaitingLine, at: number, openings: number[]): boolean {
    const time = zone === undefined ? null : this.#classes.of(zone, at);
    if (time !== null && time.opensAt !== null) openings.push(time.opensAt);
    return time?.isOpen ?? true;
  }

  #starts(at: number): number {
    const { campaign, counts, starts } = this.#books;
    const speed = speedNow(campaign, counts.sums());
    return speed === null ? Infinity : mayStart(starts, speed.perMinute, at);
  }
}

interface Candidate {
  readonly client: string;
  readonly logonServer: string;
  readonly row?: Row;
  readonly waiting?: WaitingClient;
}
