import type { History, Learned, Memory, Open } from './memory.ts';
import { newMemory } from './memory.ts';

/**
 * The memory as records and audit files have it: flat, under the names of the first version, in
 * this order. Fleets have such records, so neither names nor order may change; a field that came
 * later stands at the end.
 */
export interface StoredMemory
  extends Omit<Open, 'mark'>, Omit<Learned, 'beforeRelocation'>, History, Pick<Memory, 'request'> {
  readonly marked: Open['mark'];
  readonly moved: Learned['beforeRelocation'];
}

/** The whole memory in its stored form. */
export const flatMemory = ({ open, learned, history, request }: Memory): StoredMemory => ({
  marked: open.mark,
  unanswered: open.unanswered,
  restart: open.restart,
  restarts: history.restarts,
  deferrals: history.deferrals,
  sightings: learned.sightings,
  seen: learned.seen,
  notifiedAt: history.notifiedAt,
  workaround: open.workaround,
  replacing: open.replacing,
  relocation: learned.relocation,
  tried: history.tried,
  lastDeferral: history.lastDeferral,
  moved: learned.beforeRelocation,
  request,
  servicePath: learned.servicePath,
  willBlockAgain: learned.willBlockAgain,
  lastLook: learned.lastLook,
  unfinished: open.unfinished,
  movedEarlier: learned.movedEarlier,
  watched: learned.watched,
  leftMarked: open.leftMarked,
  unmark: learned.unmark,
  waits: history.waits,
  approvals: history.approvals,
  ...(learned.health === undefined ? {} : { health: learned.health }),
  ...(history.began === undefined ? {} : { began: history.began }),
  ...(history.hooks === undefined ? {} : { hooks: history.hooks }),
  ...(learned.freeTime === undefined ? {} : { freeTime: learned.freeTime }),
});

const flatNew = flatMemory(newMemory);
const fieldNames = Object.keys(flatNew) as (keyof StoredMemory)[];

/**
 * The stored form without what is as in a new memory: empty lists, empty records and initial
 * values.
 */
export function encodeMemory(memory: Memory): Partial<StoredMemory> {
  const flat = flatMemory(memory);
  const changed = fieldNames.filter((name) => !isAsNew(name, flat[name]));
  const { health, began, hooks, freeTime } = flat;
  return {
    ...Object.fromEntries(changed.map((name) => [name, flat[name]])),
    ...(health === undefined ? {} : { health }),
    ...(began === undefined ? {} : { began }),
    ...(hooks === undefined ? {} : { hooks }),
    ...(freeTime === undefined ? {} : { freeTime }),
  };
}

/** The memory of a stored form; what the form leaves out is as in a new memory. */
export function decodeMemory(stored: Partial<StoredMemory>): Memory {
  const flat: StoredMemory = { ...flatNew, ...stored };
  const { unanswered, restart, workaround, replacing, unfinished, leftMarked } = flat;
  const { sightings, seen, relocation, servicePath, willBlockAgain, lastLook } = flat;
  const { restarts, deferrals, lastDeferral, notifiedAt, tried, waits, approvals, began, hooks } = flat;
  return {
    open: { mark: flat.marked, unanswered, restart, workaround, replacing, unfinished, leftMarked },
    learned: {
      sightings,
      seen,
      relocation,
      beforeRelocation: flat.moved,
      movedEarlier: flat.movedEarlier,
      servicePath,
      watched: flat.watched,
      willBlockAgain,
      lastLook,
      unmark: flat.unmark,
      ...(flat.health === undefined ? {} : { health: flat.health }),
      ...(flat.freeTime === undefined ? {} : { freeTime: flat.freeTime }),
    },
    history: {
      restarts,
      deferrals,
      lastDeferral,
      notifiedAt,
      tried,
      waits,
      approvals,
      ...(began === undefined ? {} : { began }),
      ...(hooks === undefined ? {} : { hooks }),
    },
    request: flat.request,
  };
}

function isAsNew(name: keyof StoredMemory, value: unknown): boolean {
  if (value === flatNew[name]) return true;
  if (typeof value !== 'object' || value === null || flatNew[name] === null) return false;
  return Object.keys(value).length === 0;
}
