import type { OrchestratorContext } from '../context.ts';

/** Asked before the records are read: a reader of events who goes on there misses nothing. */
export function positionNow({ position: now }: Pick<OrchestratorContext, 'position'>): {
  readonly position?: string;
} {
  const position = now?.() ?? null;
  return position === null ? {} : { position };
}
