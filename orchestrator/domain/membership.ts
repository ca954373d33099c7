import type {
  CampaignDefinition,
  Client,
  Criterion,
  Exclusion,
  Wave,
} from '../../shared/domain/campaign/definition.ts';
import { excluding, fulfilling } from './criterion.ts';
import { selecting } from './plan-waves.ts';
import { type Waiting, waitingIn } from './waiting-client.ts';
import { printWhere } from '../../shared/domain/campaign/where.ts';

/** Where a client of the fleet belongs by the file of a campaign. */
export type Place =
  | { readonly kind: 'wave'; readonly wave: number; readonly because: string }
  | { readonly kind: 'noWave' }
  | { readonly kind: 'outside'; readonly because: string };

/**
 * Tells where a client belongs that joins a campaign: the first wave whose criterion the client
 * fulfils; else the wave that takes the rest; else the last wave by count or percentage. A wave by
 * size is a sample of the clients at the creation, so no client joins an earlier one of them.
 */
export function placing(definition: CampaignDefinition): (client: Client) => Place {
  const { select, waves } = definition;
  const isSelected = selecting(select);
  const exclusionOf = excluding(select.exclude ?? []);
  const criteria = waves.map(({ size }) => (isCriterion(size) ? fulfilling(size) : null));
  const others = waves.findLastIndex(({ size }) => !isCriterion(size));
  return (client) => {
    if (!isSelected(client)) return { kind: 'outside', because: 'the selection does not choose it any more' };
    const exclusion: Exclusion | null = exclusionOf(client);
    if (exclusion !== null) return { kind: 'outside', because: `it is left out: ${exclusion.reason}` };
    const first = criteria.findIndex((fits) => fits?.(client) === true);
    const wave = first >= 0 ? first : others;
    const found = waves[wave];
    return found === undefined ? { kind: 'noWave' } : { kind: 'wave', wave, because: waveWords(found) };
  };
}

const isCriterion = (size: Wave['size']): size is Criterion =>
  'where' in size || 'clients' in size || 'logonServers' in size;

function waveWords({ name, size }: Wave): string {
  if ('where' in size) return `wave ${name} takes clients that fulfil ${printWhere(size.where)}`;
  if ('logonServers' in size) return `wave ${name} takes its logon server`;
  if ('clients' in size) return `wave ${name} names it`;
  return 'rest' in size ? `wave ${name} takes the rest` : `wave ${name} is the last one by size`;
}

/** From where a client comes, and to where the client goes; null = outside the campaign. */
interface Step {
  readonly from: Waiting | null;
  readonly to: Waiting | null;
  readonly because: string;
}

/** What becomes of a client of the fleet in a campaign that lets clients join. */
type Outcome =
  | { readonly kind: 'stays' }
  | { readonly kind: 'noWave' }
  | { readonly kind: 'step'; readonly step: Step }
  /** Its upgrade has begun, so its record says how it ends. */
  | { readonly kind: 'leaves'; readonly because: string }
  | { readonly kind: 'isWanted' };

const stays: Outcome = { kind: 'stays' };

interface Standing {
  /** Where the client belongs. */
  readonly place: Place;
  /**
   * Where the client waits; null = its upgrade has begun; undefined = the campaign does not know
   * the client.
   */
  readonly present: Waiting | null | undefined;
  /** What has changed the fleet, in words. */
  readonly since: string;
}

/** Compares where a client stands with where it belongs. */
export function membershipOf(
  definition: CampaignDefinition,
  client: Client,
  { place, present, since }: Standing,
): Outcome {
  if (present === null)
    return place.kind === 'outside' ? { kind: 'leaves', because: place.because } : { kind: 'isWanted' };
  if (place.kind === 'outside')
    return present === undefined
      ? stays
      : { kind: 'step', step: { from: present, to: null, because: `${place.because}, ${since}` } };
  if (present === undefined) {
    if (place.kind === 'noWave') return { kind: 'noWave' };
    const to = waitingIn(definition, client, place.wave);
    return { kind: 'step', step: { from: null, to, because: `joined: ${place.because}; ${since}` } };
  }
  return moved(definition, client, present, { place, since });
}

/**
 * A waiting client that has other labels, another logon server or zone. A client that a wave by
 * size has drawn stays in its sample.
 */
function moved(
  definition: CampaignDefinition,
  client: Client,
  present: Waiting,
  { place, since }: { readonly place: Exclude<Place, { readonly kind: 'outside' }>; readonly since: string },
): Outcome {
  const size = definition.waves[present.wave]?.size;
  const isDrawn = size !== undefined && ('count' in size || 'percent' in size);
  const wave = isDrawn || place.kind === 'noWave' ? present.wave : place.wave;
  const to = waitingIn(definition, client, wave);
  const isSame =
    to.wave === present.wave && to.logonServer === present.logonServer && to.zone === present.zone;
  if (isSame) return stays;
  const why = wave === present.wave || place.kind === 'noWave' ? 'its fleet entry changed' : place.because;
  return { kind: 'step', step: { from: present, to, because: `${why}; ${since}` } };
}
