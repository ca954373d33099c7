import type { LookRequest } from '../../shared/products/client-look.ts';
import type { Profile } from '../../shared/products/schema.ts';

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
          // Only of what a logon has brought it counts whether it was this one.
          ...(update.route === 'logon' ? { isTranscriptDated: true } : {}),
        }),
    ...(busy === null ? {} : { busy }),
  };
}
