import type { Check } from '../http/schemas/orchestrator.ts';

export type { Check };

type Area = Check['area'];

export const fine = (area: Area, says: string): Check => ({
  area,
  state: 'ok',
  says,
  leadsTo: null,
  todo: null,
});

export const warning = (area: Area, says: string, leadsTo: string, todo: string): Check => ({
  area,
  state: 'warning',
  says,
  leadsTo,
  todo,
});

export const broken = (area: Area, says: string, leadsTo: string, todo: string): Check => ({
  area,
  state: 'broken',
  says,
  leadsTo,
  todo,
});
