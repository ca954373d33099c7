import type { Client } from '../../domain/campaign/definition.ts';
import type { Observation } from '../../domain/observation/observation.ts';
import type { ReleaseFiles } from '../../domain/rules/policy.ts';
import { ok } from '../../errors.ts';
import { evidenceOf } from '../../evidence.ts';
import type { ClientLook, LookRequest } from '../../products/client-look.ts';
import type { Profile } from '../../products/profile.ts';
import type { Evidence } from '../../store/types.ts';
import type { Gateway, GatewayResult, Target } from '../gateway.ts';
import type { CommandContext } from '../command-context.ts';
import { keptByHash } from '../kept-by-hash.ts';
import { readObservation } from './read-observation.ts';

/** What was seen, and the raw text that it rests on. */
export interface Seen {
  readonly observation: Observation;
  readonly evidence: Evidence;
}

/**
 * Looks at a client and changes nothing on it.
 * @param wanted the profile of the product, and the component files whose hashes are wanted
 */
export async function observeClient(
  gateway: Gateway,
  { profile, files }: { readonly profile: Profile; readonly files: ReleaseFiles },
  {
    client,
    target,
    signal,
  }: { readonly client: Client; readonly target: Target; readonly signal: AbortSignal },
  reading: Pick<CommandContext, 'keepEvidence' | 'parsers'> = {},
): Promise<GatewayResult<Seen>> {
  const found = await gateway.look(target, lookRequest(profile, Object.keys(files)), signal);
  if (!found.ok) return found;
  return ok(seenIn(found.value, profile, client, reading));
}

/** What a look that was brought from a client means. */
export function seenIn(
  look: ClientLook,
  profile: Profile,
  client: Client,
  { keepEvidence = keptByHash, parsers }: Pick<CommandContext, 'keepEvidence' | 'parsers'>,
): Seen {
  const evidence = keepEvidence(() => evidenceOf(look));
  const seen = readObservation(profile, look, evidence.sha256, parsers);
  // The fleet file wins: a server is a server also where the machine does not look like one.
  const observation = client.role === 'server' ? { ...seen, role: client.role } : seen;
  return { observation, evidence };
}

/**
 * What to look at on a client, by the profile of its product.
 * @param files names of the component files whose hashes are wanted
 */
export function lookRequest(profile: Profile, files: readonly string[]): LookRequest {
  const { componentDirectory, configuration, version, transcript, busy, services, swap, update } = profile;
  return {
    componentDirectory,
    files,
    services: [
      ...services.map(({ name }) => name),
      ...(swap === null || swap.service === null ? [] : [swap.service]),
    ],
    ...(configuration === null ? {} : { configurationFile: configuration.file }),
    ...(version === null ? {} : { versionFile: `${componentDirectory}\\${version.file}` }),
    ...(transcript === null || transcript.file === null
      ? {}
      : {
          transcriptFile: transcript.file,
          // With route `logon` it matters whether the present logon wrote the transcript.
          ...(update.route === 'logon' ? { isTranscriptDated: true } : {}),
        }),
    ...(busy === null ? {} : { busy }),
  };
}
