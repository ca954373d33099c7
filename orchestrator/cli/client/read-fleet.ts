import type { z } from 'zod';
import { ok, type Result } from '../../../shared/errors.ts';
import { fleetAnswer } from '../../http/schemas/fleet.ts';
import type { Refusal } from '../../refusal.ts';
import type { ApiClient } from './api-client.ts';

type FleetPage = z.infer<typeof fleetAnswer>;

/** The fleet in numbers, and this many of its clients; `foundIs` says whether all are counted. */
export type FleetNumbers = Omit<FleetPage, 'next' | 'read'>;

const pageSize = 1_000;

/** Reads page by page until so many clients are found. */
export async function readFleet(
  api: ApiClient,
  { limit, ...filter }: Readonly<Record<string, string | number | undefined>> & { readonly limit: number },
): Promise<Result<FleetNumbers, Refusal>> {
  const clients: FleetPage['clients'][number][] = [];
  let after: string | undefined;
  for (;;) {
    const asked = Math.min(pageSize, limit - clients.length);
    const page = await api.get(fleetAnswer, '/v1/fleet', { ...filter, limit: asked, after });
    if (!page.ok) return page;
    const { next, read: _read, ...rest } = page.value;
    clients.push(...rest.clients);
    if (next === null || clients.length >= limit) return ok({ ...rest, clients });
    after = next;
  }
}
