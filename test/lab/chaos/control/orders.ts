import { chance, pick, type Span, within } from '../../../../orchestrator/simulation/machines/chance.ts';
import type { StoppedName } from '../campaign-file.ts';

/** Something that people ask of campaign control while processes are killed. */
export type Order =
  /** The main campaign gets another file, or an earlier one again. */
  | { readonly kind: 'edit'; readonly nth: number }
  | { readonly kind: 'revert'; readonly nth: number }
  | FleetOrder
  /** A campaign begins that its rule stops. */
  | { readonly kind: 'start'; readonly name: StoppedName }
  /** Every orchestrator is down, so occurrences are missed. */
  | { readonly kind: 'nobodyLeads'; readonly forMs: number };

export interface FleetOrder {
  readonly kind: 'fleet';
  readonly how: 'join' | 'leave' | 'return' | 'remove';
  readonly nth: number;
}

export const fleetHows = ['join', 'leave', 'return', 'remove'] as const;

interface Ordered {
  readonly atMs: number;
  readonly stroke: Order;
}

/** One of each per so many strokes; two fleet orders of each kind in the shortest plan. */
const blowsPer = { edit: 6, revert: 15, fleet: 5, nobodyLeads: 30 } as const;
const fleetAtLeast = 8;
/** Part of the plan in which such a campaign begins. */
const startedBy = 0.8;
const nobodyFor: Span = [2_000, 5_000];

/** @param endMs of the last stroke */
export function ordersOf(seed: string, kills: number, endMs: number): readonly Ordered[] {
  if (kills === 0) return [];
  const spread = (
    kind: keyof typeof blowsPer,
    order: (nth: number) => Order,
    atLeast = 1,
  ): readonly Ordered[] => {
    const count = Math.max(atLeast, Math.floor(kills / blowsPer[kind]));
    return Array.from({ length: count }, (_, nth): Ordered => {
      const span: Span = [(endMs * nth) / count, (endMs * (nth + 1)) / count];
      return { atMs: within(span, chance(seed, kind, nth)), stroke: order(nth) };
    });
  };
  return [
    ...spread('edit', (nth) => ({ kind: 'edit', nth })),
    ...spread('revert', (nth) => ({ kind: 'revert', nth })),
    ...spread('fleet', (nth) => ({ kind: 'fleet', how: fleetHowOf(seed, nth), nth }), fleetAtLeast),
    ...(['doomed', 'alarm'] as const).map((name): Ordered => ({
      atMs: within([0, endMs * startedBy], chance(seed, 'start', name)),
      stroke: { kind: 'start', name },
    })),
    ...spread('nobodyLeads', (nth) => ({
      kind: 'nobodyLeads',
      forMs: within(nobodyFor, chance(seed, 'nobodyFor', nth)),
    })),
  ];
}

/** Each kind comes in turn at first, so that a short plan has all of them. */
const fleetHowOf = (seed: string, nth: number): FleetOrder['how'] =>
  fleetHows[nth] ?? pick([...fleetHows], chance(seed, 'fleetHow', nth));
