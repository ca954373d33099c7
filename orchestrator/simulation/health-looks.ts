import { type Health, healthOf } from '../../shared/domain/observation/health.ts';
import { factsOf } from '../../shared/domain/upgrade/facts.ts';
import { withMemory } from '../../shared/domain/upgrade/state.ts';
import { healthInWords } from '../views/health-words.ts';
import { wantsLook } from '../domain/health-looks.ts';
import type { Books } from './books.ts';
import type { ClientModel } from './client-model.ts';
import type { Observer } from './observer.ts';
import type { Row } from './row.ts';
import type { Rulings } from './rulings.ts';

interface HealthParts {
  readonly books: Books;
  readonly model: ClientModel;
  readonly rulings: Rulings;
  readonly observer: Observer;
  /** Null = the release does not say it. */
  readonly servicePack: number | null;
}

/** What a look found on each client of a survey, and when the last look ended. */
export interface HealthSurvey {
  readonly found: ReadonlyMap<Row, Health>;
  readonly endsAt: number;
}

/** Looks again at the upgraded clients of a wave, as the leader's survey does. */
export async function surveyHealth(parts: HealthParts, wave: number, at: number): Promise<HealthSurvey> {
  const found = new Map<Row, Health>();
  let endsAt = at;
  for (const row of parts.books.rows.values()) {
    if (!wantsLook(row.upgrade, wave)) continue;
    const rules = parts.rulings.of(row.client);
    const command = { type: 'LookAtClient' } as const;
    const order = { client: row.client, rules, command, at, driver: 0, mayHaveBegun: false };
    const { event, at: answeredAt } = await parts.model.run(order);
    endsAt = Math.max(endsAt, answeredAt);
    const expected = { files: rules.files, servicePack: parts.servicePack };
    if (event.type === 'ClientObserved') found.set(row, healthOf(rules.product, expected, event.observation));
    else if ('failure' in event) found.set(row, { kind: 'notKnown', because: event.failure.message });
  }
  return { found, endsAt };
}

/** Writes what a survey found into the records. */
export function keepHealth({ books, observer }: HealthParts, { found, endsAt: at }: HealthSurvey): void {
  for (const [row, health] of found) {
    const before = row.upgrade;
    const after = withMemory(before, { learned: { health: { ...health, at } } });
    books.commitIdle(row, after, at);
    books.addFacts(row.client.client, factsOf(before, after), at);
    observer.upgrade?.({ client: row.client, before, after, at, because: healthInWords(health) });
  }
}
