import type { CampaignEvent } from '../../shared/domain/campaign/campaign.ts';
import { storedStatus } from '../../shared/domain/campaign/life.ts';
import { keptByHash } from '../../shared/execution/kept-by-hash.ts';
import type { KeptEntry } from '../../shared/store/seal-store.ts';
import type { History, HistoryItem, Member } from '../../orchestrator/replay/history.ts';
import type { Answer, ClientModel, Order } from '../../orchestrator/simulation/client-model.ts';
import { type Scenario, startScenario } from '../../orchestrator/simulation/scenario.ts';
import type { PersonAsks } from '../../orchestrator/simulation/people.ts';
import { simulate } from '../../orchestrator/simulation/simulation.ts';

/** What people asked: who, and the event. */
export interface Asked {
  /** Since the start of the campaign. */
  readonly afterMs: number;
  readonly event: CampaignEvent;
}

/**
 * Plays a campaign on model machines to its end, and writes down what its audit would hold: the
 * entries, and what each look found. No record is kept on the way.
 */
export async function playedHistory(
  scenario: Scenario,
  {
    asked = [],
    approvalMs = 4 * 3_600_000,
  }: { readonly asked?: readonly Asked[]; readonly approvalMs?: number } = {},
): Promise<History> {
  const evidence = new Map<string, string>();
  const started = startScenario(scenario, (make) => {
    const kept = keptByHash(make);
    evidence.set(kept.sha256, kept.text);
    return kept;
  });
  const { campaign, waves, release, logonServers, startAt } = started;
  const model = notingLooks(started.model);
  const items: HistoryItem[] = [];
  const versions = new Map<string, number>();
  const enter = (entry: Omit<KeptEntry, 'id' | 'version' | 'servpack' | 'beside' | 'campaign'>): void => {
    const of = entry.client ?? '';
    const version = (versions.get(of) ?? 0) + 1;
    versions.set(of, version);
    const id = `${items.length + 1}-0`;
    const name = campaign.definition.campaign;
    items.push({
      kind: 'entry',
      entry: { ...entry, campaign: name, id, version, servpack: 'test', beside: [] },
    });
  };
  const common = { client: null, evidence: null };
  enter({ ...common, at: startAt, who: 'kim', from: '', to: 'created', because: 'created' });
  enter({ ...common, at: startAt, who: 'kim', from: 'created', to: 'running', because: 'started' });
  let status: string = 'running';
  const people = asked.map(({ afterMs, event }): PersonAsks => ({ at: startAt + afterMs, event }));
  const { books, at } = await simulate({
    campaign,
    waves,
    sources: { release, profile: scenario.profile, logonServers },
    model,
    startAt,
    until: startAt + scenario.horizonMs,
    approvalMs,
    people,
    observer: {
      campaign: (step) => {
        const to = storedStatus(step.campaign);
        const isAsked = people.some(({ at }) => at === step.at);
        const who = isAsked ? 'kim' : (answererIn(step.because) ?? 'orchestrator');
        enter({ ...common, at: step.at, who, from: status, to, because: step.because });
        status = to;
      },
      upgrade: ({ client: { client }, before, after, at, because }) => {
        if (before?.state === after.state && before.memory === after.memory) return;
        const looked = before?.state.phase === 'looking' ? model.takeLook(client) : null;
        enter({
          client,
          at,
          who: before === null ? 'admission' : (answererIn(because) ?? 'worker w1'),
          from: before?.state.phase ?? 'waiting',
          to: after.state.phase,
          because,
          evidence: looked,
        });
      },
    },
  });
  const members = waves.flatMap((clients, wave) =>
    clients.map(({ client, logonServer }): Member => ({ client, wave, logonServer })),
  );
  return {
    campaign: books.campaign,
    created: campaign.definition,
    editions: new Map([[0, campaign.definition]]),
    clients: new Map(scenario.clients.map((client) => [client.client, client])),
    members,
    records: new Map([...books.rows].map(([client, { upgrade }]) => [client, upgrade])),
    items,
    evidence,
    sources: { release, profile: scenario.profile, logonServers },
    until: at,
  };
}

/** Who answered a question by these words; null = they are no answer. */
const answererIn = (because: string): string | null =>
  /\b(?:approved|rejected) by (approver \(assumed\))(?:;|$)/u.exec(because)?.[1] ?? null;

interface NotingLooks extends ClientModel {
  /** SHA-256 of what the newest look at the client found; null = it found nothing. */
  takeLook(client: string): string | null;
}

function notingLooks(inner: ClientModel): NotingLooks {
  const found = new Map<string, string>();
  return {
    run: async (order: Order): Promise<Answer> => {
      const answer = await inner.run(order);
      if (answer.event.type === 'ClientObserved')
        found.set(order.client.client, answer.event.observation.evidence);
      return answer;
    },
    nextMoment: (client) => inner.nextMoment(client),
    live: (client, until) => inner.live(client, until),
    forget: (client) => inner.forget(client),
    takeLook: (client) => {
      const sha = found.get(client) ?? null;
      found.delete(client);
      return sha;
    },
  };
}
