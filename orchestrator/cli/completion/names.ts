import { homedir } from 'node:os';
import { statusClause } from '../../../shared/domain/campaign/status-words.ts';
import { archiveAnswer, campaignsAnswer, statusAnswer } from '../../http/schemas/campaigns.ts';
import { fleetAnswer } from '../../http/schemas/fleet.ts';
import { releasesAnswer } from '../../http/schemas/releases.ts';
import { surveysAnswer } from '../../http/schemas/surveys.ts';
import { type ApiClient, campaignPath } from '../client/api-client.ts';
import { readContexts } from '../client/contexts.ts';
import { connect } from '../client/session.ts';
import type { Environment, TargetOptions } from '../client/target.ts';
import { many } from '../render/view.ts';
import type { FindNames, Word } from './offer.ts';
import { type TypedLine, valueOf } from './typed-line.ts';
import { allPages } from '../client/all-pages.ts';

/** Clients whose labels are read: labels are few. */
const clientsForLabels = 1_000;

/** Each kind of name that the orchestrator knows, by the word for it in the help. */
const kinds: Readonly<Record<string, (api: ApiClient, line: TypedLine) => Promise<readonly Word[]>>> = {
  campaign: async (api, line) => {
    if (isGiven(line, 'archived')) return archived(api);
    const found = await allPages(api, campaignsAnswer, '/v1/campaigns', 'campaigns');
    return listed(found, ({ campaigns }) =>
      campaigns.map(({ campaign, status }) => ({ word: campaign, says: statusClause[status] })),
    );
  },
  client: clients,
  machine: clients,
  server: async (api) =>
    listed(await api.get(fleetAnswer, '/v1/fleet', { limit: 0 }), ({ logonServers }) =>
      logonServers.map((each) => ({ word: each.logonServer, says: many(each.clients, 'client') })),
    ),
  label: async (api) => {
    const found = await api.get(fleetAnswer, '/v1/fleet', { limit: clientsForLabels });
    return listed(found, (fleet) =>
      named([...new Set(fleet.clients.flatMap(({ labels }) => labels))].sort()),
    );
  },
  wave: async (api, line) => {
    const campaign = valueOf(line, 'campaign') ?? line.args[0];
    if (campaign === undefined) return [];
    return listed(await api.get(statusAnswer, campaignPath(campaign)), ({ waves }) =>
      waves.map(({ wave, size }) => ({ word: wave, says: many(size, 'client') })),
    );
  },
  release: async (api) =>
    listed(await allPages(api, releasesAnswer, '/v1/releases', 'releases'), ({ releases }) =>
      releases.map(({ release, product }) => ({ word: release, says: product })),
    ),
  survey: async (api) =>
    listed(await allPages(api, surveysAnswer, '/v1/surveys', 'surveys'), ({ surveys }) =>
      surveys.map(({ survey, what }) => ({ word: survey, says: what })),
    ),
};

/**
 * Finds names by asking the orchestrator that the command line would reach. What cannot be found
 * out gives no names.
 */
export const askingNames =
  (env: Environment): FindNames =>
  async (kind, line) => {
    // A name that is yet to be given is none of those that are taken.
    if (kind === 'context') return line.command.name() === 'add' ? [] : contexts(env);
    if (kind === 'product') return products();
    const ask = Object.hasOwn(kinds, kind) ? kinds[kind] : undefined;
    if (ask === undefined) return [];
    const api = await connect(targetOf(line), env);
    return api.ok ? ask(api.value, line) : [];
  };

async function contexts(env: Environment): Promise<readonly Word[]> {
  const read = await readContexts(env);
  if (!read.ok) return [];
  return Object.entries(read.value.contexts).map(([name, { url, data }]) => ({
    word: name,
    says: url ?? data ?? '',
  }));
}

/** Only who asks for a product loads what reads profiles. */
async function products(): Promise<readonly Word[]> {
  const { knownProducts } = await import('../../../shared/products/profile.ts');
  return named(knownProducts());
}

/** A fleet is large: the orchestrator selects the clients that begin so. */
async function clients(api: ApiClient, { typed }: TypedLine): Promise<readonly Word[]> {
  const query = typed === '' ? {} : { prefix: typed };
  return listed(await api.get(fleetAnswer, '/v1/fleet', query), (fleet) =>
    fleet.clients.map(({ client, logonServer }) => ({ word: client, says: logonServer })),
  );
}

async function archived(api: ApiClient): Promise<readonly Word[]> {
  return listed(await allPages(api, archiveAnswer, '/v1/archive', 'campaigns'), ({ campaigns }) =>
    campaigns.map(({ status }) => ({
      word: status.campaign,
      says: `archived, ${statusClause[status.status]}`,
    })),
  );
}

const named = (names: readonly string[]): readonly Word[] => names.map((word) => ({ word, says: '' }));

const listed = <T>(
  answer: { readonly ok: true; readonly value: T } | { readonly ok: false },
  words: (value: T) => readonly Word[],
): readonly Word[] => (answer.ok ? words(answer.value) : []);

const isGiven = ({ given }: TypedLine, attribute: string): boolean =>
  given.some(({ option }) => option.attributeName() === attribute);

/** The options of the line that say which orchestrator it reaches. */
function targetOf(line: TypedLine): TargetOptions {
  const attributes = ['context', 'url', 'data', 'tokenFile', 'ca'] as const;
  return Object.fromEntries(
    attributes.flatMap((attribute) => {
      const value = valueOf(line, attribute);
      // The shell has not replaced it yet.
      return value === undefined ? [] : [[attribute, value.replace(/^~(?=\/)/, homedir())]];
    }),
  );
}
